/** What decides whether an index is advised. */
export interface AdviceThresholds {
  /** Smaller tables are read from end to end fast enough, in rows. @default 10000 */
  readonly minTableRows: number
  /** An index pays when what it serves keeps no more than this share of the table's rows. @default 0.05 */
  readonly maxSelectivity: number
}
