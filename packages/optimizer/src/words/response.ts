import type { Mode } from './mode.ts'

/** Orders responses that compete: a safety response goes first and is never withheld. */
export type Priority = 'safety' | 'slo' | 'efficiency'

/** The rank of each priority: the lowest is the most urgent. */
export const URGENCY: Readonly<Record<Priority, number>> = { safety: 0, slo: 1, efficiency: 2 }

/** Whether a higher or a lower value is better. */
export type Direction = 'up' | 'down'

/** What counts as having helped. */
export interface Expectation {
  /** PromQL of the number that should change; the alert's labels narrow it. Its values are compared as ratios. */
  readonly expr: string
  readonly direction: Direction
  /** The smallest improvement worth having, as a share of the value before. @default 0.15 */
  readonly worth?: number
  /** The smallest worsening that counts as harm, as a share of the value before. @default 0.05 */
  readonly harm?: number
  /** How far back the values before the decision are taken. @default 120000 */
  readonly baselineMs?: number
  /** How long after the decision the effect takes to show. @default 60000 */
  readonly settleMs?: number
  /** How long it is watched after that. @default 120000 */
  readonly windowMs?: number
}

/**
 * What must not get worse while a trial is open: checked on each tick, and between ticks where its numbers can be read at any
 * time. A breach reverts at once. A trial begins when its guards know how much their numbers vary.
 *
 * A `level` (latency, lag, memory) is compared with its own quiet level, a `ratio` (errors of all requests) with its own
 * quiet share. What each can and cannot see is in `docs/guards.md` of this package.
 *
 * @example
 * ```ts
 * const latency: Guard = { expr: 'histogram_quantile(0.99, rate(checkout_duration_bucket[1m]))', notWorseThan: 0.1 }
 * const errors: Guard = {
 *   expr: 'sum(rate(errors[10s])) / sum(rate(requests[10s]))',
 *   denominator: 'sum(rate(requests[10s]))',
 *   notWorseThan: 0.02,
 * }
 * ```
 */
export interface Guard {
  /** PromQL of the number; for a ratio, of the share, between 0 and 1. */
  readonly expr: string
  /**
   * Largest tolerated change for the worse. For a level: relative, 0.1 for 10 %. For a ratio: in points of the share, 0.02
   * for two of a hundred requests.
   */
  readonly notWorseThan: number
  /** Which way is worse. @default 'up' */
  readonly direction?: Direction
  /** @default 'ratio' where `denominator` is given, else 'level' */
  readonly kind?: 'level' | 'ratio'
  /** For a ratio: PromQL of the number of its trials (requests, jobs) a second. */
  readonly denominator?: string
  /**
   * For a level: values below it count as it, in the expression's unit. For numbers that are often zero.
   *
   * @default a hundredth of the level that was usual so far
   */
  readonly floor?: number
}

/** What must hold for an action to be run. */
export interface Requirement {
  /** PromQL, narrowed to the labels of the alert: it holds where it gives a value. */
  readonly expr: string
  /** The text of the refusal while it does not hold, e.g. `the forecaster is no better than the base rate yet`. */
  readonly otherwise: string
}

/** @default of `Response.cooldownMs` */
export const DEFAULT_COOLDOWN_MS = 300_000

/** How one trial answers by itself. */
export type Design =
  /** For lasting changes that can be reverted: on and off in turns, in an order that chance draws. */
  | {
      readonly kind: 'switchback'
      /** Even; later generations of episodes take more, since less error is left to spend. @default 16 */
      readonly blocks?: number
      /** @default 60000, or three times `carryOverMs` where that is longer */
      readonly blockMs?: number
      /** How long the effect outlasts the change. @default 0 */
      readonly carryOverMs?: number
    }
  /**
   * For actions that can leave half of their units (keys, requests, jobs) alone, as `ActionContext.split` deals them. The
   * expectation's series then carry the label `homeostat_trial_arm`: `act` or `control`.
   */
  | {
      readonly kind: 'split'
      /** Later generations of episodes take more, since less error is left to spend. @default 10 */
      readonly blocks?: number
      /** @default 60000 */
      readonly blockMs?: number
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
  /** The rest after a trial on the same alert; it doubles, up to an hour, with each one in a row that does not help. @default 300000 */
  readonly cooldownMs?: number
  /** The run is aborted after this time. @default 10000 */
  readonly timeoutMs?: number
  readonly expect?: Expectation
  readonly guards?: readonly Guard[]
  /** The response goes no further than this, however far its action may go. @default as far as its action */
  readonly maxMode?: Mode
  /** The action is refused while one of these does not hold. @default none */
  readonly requires?: readonly Requirement[]
  /**
   * Whether the alert is a forecast. Present problems come first: a response to one never waits for a
   * preventive one, and ends its trial where both work on the same resource.
   * @default false
   */
  readonly preventive?: boolean
  /**
   * PromQL that says the alert is over, e.g. `... < 0.7` for a rule with `... > 0.8`. Between the two the alert goes on.
   * @default whenever the rule's own condition does not hold
   */
  readonly clear?: string
  /**
   * Whether some of the runs may be withheld, at random, as controls that prove what the others did. Without controls there
   * is no verdict on the effect, only receipts and guards. Responses of priority `safety` are never withheld.
   * @default true
   */
  readonly withhold?: boolean
  /**
   * How the effect is proven while there is no verdict. A switchback and a split answer in minutes what episodes answer in
   * days; when they do not, episodes go on. Each has an error of its own, so that an action that does nothing is called
   * effective in 5 % of the histories at most.
   * @default episodes: some of the runs are withheld, at random
   */
  readonly design?: Design
}
