import type { Episode } from './episode.ts'
import type { Alpha } from './life/alpha.ts'
import type { Look } from './looks/looks.ts'

/** The episodes of an action, and what counts as an effect. */
export interface JudgeInput {
  /** Episodes in which the action was taken, in any order. */
  readonly acts: readonly Episode[]
  /** Episodes in which it was withheld by chance, drawn in the same time as `acts`; a shadow period before proves nothing. */
  readonly controls: readonly Episode[]
  /** Which way is better. */
  readonly direction: 'up' | 'down'
  /** The smallest relative improvement worth having. @default 0.15 */
  readonly worth?: number
  /** The smallest relative worsening that counts as harm. @default 0.05 */
  readonly harm?: number
  /**
   * The chance of a wrong verdict that these episodes may spend: that of the current generation of a `Life`.
   * @default that of a first generation, 0.0075 for `effective` and 0.025 for `harmful`
   */
  readonly alpha?: Alpha
}

/** A verdict on an action, with the statistics behind it. */
export interface Judgement {
  readonly verdict: 'effective' | 'no_effect' | 'harmful' | 'palliative' | 'inconclusive'
  /** One line: why this verdict and no stronger one. */
  readonly reason: string
  readonly statistics: JudgeStatistics
  /** The episodes that a verdict still needs. Only with `inconclusive`. */
  readonly missing?: string
  /** Set when the tail of the values is worse with the action: an earlier `effective` no longer stands. */
  readonly withdraws?: true
}

/** The figures of the look that decided, else of the last look. Before the first look there are only counts. */
export interface JudgeStatistics {
  /** Episodes of each arm that were compared. */
  readonly acts: number
  readonly controls: number
  /** Episodes without a neighbour of the other arm, those without a baseline to compare with, and those that were handed in again. */
  readonly unmatched: number
  readonly unusable: number
  readonly repeated?: number
  readonly look: Look | 0
  /**
   * How the median after the action differs from the median after doing nothing at the same time, relative, given what was measured
   * before: -0.21 is 21 % lower (Hodges and Lehmann, 1963).
   */
  readonly effect?: number
  /** The effect's interval; each end errs with a probability of 0.025 over all looks. */
  readonly interval?: readonly [low: number, high: number]
  /** Of being better at all, one-sided, exact up to 50 pairs. Significant when not above `alpha`. */
  readonly pBetter?: number
  /** Of being worse by more than `harm`, one-sided. Significant when not above `alphaWorse`. */
  readonly pWorse?: number
  readonly alpha?: number
  readonly alphaWorse?: number
  /** How the worst quarter of the values after changes with the action, relative, and the one-sided p of its being worse. */
  readonly tail?: number
  readonly pTailWorse?: number
  /** Of log(median after / median before) in the controls: how much it varies by itself. */
  readonly sd?: number
  /** Share of samples after that are missing in acts beyond those missing in controls; 0 when there are fewer. */
  readonly vanished?: number
}
