/** An alert that fires: its rule's expression held for as long as the rule asks. */
export interface Firing {
  /** The rule's name, e.g. `CacheHitRatioLow`. */
  readonly alert: string
  /** Labels of the series and of the rule, the alert's identity together with its name. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** The value of the rule's expression at this evaluation. */
  readonly value: number
  /** When the expression first held, in milliseconds since the epoch. */
  readonly since: number
  /** Set while the expression does not hold: in the dead band above `clear`, while `keepFiringFor` runs, or without data. */
  readonly keptSince?: number
  /** Set while its data is missing. */
  readonly missingSince?: number
}
