/** Orders responses that compete: a safety response goes first and is never withheld. */
export type Priority = 'safety' | 'slo' | 'efficiency'

export type Direction = 'up' | 'down'

/** What counts as having helped. */
export interface Expectation {
  /** PromQL of the number that should change; the alert's labels narrow it. */
  readonly expr: string
  readonly direction: Direction
  /** The smallest change worth having, in the expression's unit. Not evaluated yet. */
  readonly minEffect?: number
  /** How long the effect takes to show. @default 60000 */
  readonly settleMs?: number
  /** How long it is watched after that. @default 60000 */
  readonly windowMs?: number
}

/**
 * What must not get worse while a trial is open: checked on each tick, and a breach reverts at once.
 *
 * A `level` (latency, lag, memory) is compared with its own quiet level, a `ratio` (errors of all requests) with its own
 * quiet share. What each can and cannot see is in `docs/guards.md` of this package.
 *
 * @example
 * { expr: 'histogram_quantile(0.99, ...)', notWorseThan: 0.1 }
 * { expr: 'sum(rate(errors[10s])) / sum(rate(requests[10s]))', denominator: 'sum(rate(requests[10s]))', notWorseThan: 0.02 }
 */
export interface Guard {
  /** PromQL of the number; of a ratio: the share, between 0 and 1. */
  readonly expr: string
  /**
   * Largest tolerated change for the worse. Of a level: relative, 0.1 for 10 %. Of a ratio: in points of the share, 0.02
   * for two of a hundred requests.
   */
  readonly notWorseThan: number
  /** Which way is worse. @default 'up' */
  readonly direction?: Direction
  /** @default 'ratio' where `denominator` is given, else 'level' */
  readonly kind?: 'level' | 'ratio'
  /** Of a ratio: PromQL of the number of its trials (requests, jobs) a second. */
  readonly denominator?: string
  /**
   * Of a level: values below it count as it, in the expression's unit. For numbers that are often zero.
   *
   * @default a hundredth of the level that was usual so far
   */
  readonly floor?: number
}

/** What to do about an alert, and what would count as having helped. */
export interface Response {
  /** Which alerts it answers: by name, and by labels where given (all must be equal). */
  readonly to: { readonly alert: string; readonly labels?: Readonly<Record<string, string>> }
  /** The action's name. */
  readonly action: string
  /** Handed to the action. */
  readonly options?: unknown
  readonly priority: Priority
  /** No second run on the same alert within this time. @default 300000 */
  readonly cooldownMs?: number
  /** The run is aborted after this time. @default 10000 */
  readonly timeoutMs?: number
  readonly expect?: Expectation
  readonly guards?: readonly Guard[]
  /** PromQL that says the alert is over; the rule's own condition when left out. Not evaluated yet. */
  readonly clear?: string
}
