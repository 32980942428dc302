import type { Rule } from './rule.ts'

/** An active alert as Prometheus's API lists it. Inactive ones are not listed. */
export interface Alert {
  readonly rule: Rule
  /** The rule's `alert`. */
  readonly alert: string
  readonly state: 'pending' | 'firing'
  /** The sample's labels without the metric name, the rule's labels, and `alertname`. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** The expression's value when it was last true. */
  readonly value: number
  /** Since when the expression has been true, milliseconds since the epoch. */
  readonly activeAt: number
  /** Since when the alert has been firing; absent while pending. */
  readonly firedAt?: number
  /** Since when the expression has not been true any more and `keepFiringFor` alone keeps the alert. */
  readonly keptSince?: number
}

/** An alert that fired and ended; it is remembered for 15 minutes, as Prometheus does. */
export interface ResolvedAlert extends Omit<Alert, 'state' | 'firedAt' | 'keptSince'> {
  readonly state: 'resolved'
  readonly firedAt: number
  readonly resolvedAt: number
}
