/** An index that recorded statements lack. */
export interface MissingIndex {
  readonly name: string
  /** With its schema, quoted where the server requires it. */
  readonly table: string
  /** What follows the name of the table in `CREATE INDEX`. */
  readonly definition: string
  /** One statement, or several for a partitioned table. */
  readonly create: string
  readonly undo: string
  /** How large it becomes, in bytes; undefined where statistics do not tell. */
  readonly bytes: number | undefined
  /** Rows written to the table since its statistics began: what each of them costs more. */
  readonly written: { readonly inserted: number; readonly updated: number; readonly deleted: number }
  readonly tableRows: number
  /** Rows that it finds at a time. */
  readonly foundRows: number
  /** Operations and tables of the statements that it would help. */
  readonly statements: readonly string[]
  readonly calls: number
  /** What these statements took, and what they would take less, in milliseconds. */
  readonly totalMs: number
  readonly savedMs: number
  readonly isVerified: boolean
  /** The costs of the plan of the statement that takes longest, where they come from, and what they depend on. */
  readonly verification: string
  /** Otherwise they are estimated from statistics. */
  readonly valuesAreKnown: boolean
  /** It serves the check of references to rows that are deleted or get another key. */
  readonly isReference: boolean
  /** What the table has that it does not need. */
  readonly leftovers: readonly string[]
}
