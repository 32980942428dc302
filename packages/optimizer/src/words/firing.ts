/** Where an alert stands. For people, one that is `resolving` still fires: it ends if it stays clear for a while. */
export type AlertState = 'inactive' | 'pending' | 'firing' | 'resolving'

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
  /** Since when the expression does not hold: in the dead band above `clear`, while `keepFiringFor` runs, or without data. */
  readonly keptSince?: number
  /** Since when its data is missing. */
  readonly missingSince?: number
}

/** An alert whose expression holds but not yet for as long as its rule asks. */
export interface PendingAlert extends Firing {
  /** When it has held for as long as its rule asks. */
  readonly firesAt: number
  /** Since when only the limit on flapping keeps it from firing: it has fired and ended too often in the last hour. */
  readonly heldBackSince?: number
}

/** A rule that finds more alerts than one rule, or all rules together, may have. */
export interface LimitedRule {
  readonly alert: string
  /** The alerts it has; the same ones as long as they hold. */
  readonly kept: number
  /** Label sets for which it has none. */
  readonly leftOut: number
}

/** An alert that began or ceased to fire, or to be pending. */
export interface Transition {
  readonly alert: string
  readonly labels: Firing['labels']
  readonly from: AlertState
  readonly to: AlertState
}
