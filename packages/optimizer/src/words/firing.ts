import type { Condition } from '../alerts/condition.ts'

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

/** An alert whose expression holds but not yet for as long as its rule asks. */
export interface PendingAlert extends Firing {
  readonly firesAt: number
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
  readonly from: Condition['state']
  readonly to: Condition['state']
}
