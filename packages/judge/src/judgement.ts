import type { Episode } from './episode.ts'
import type { Look } from './looks.ts'

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
}

/** A verdict on an action, with the statistics behind it. */
export interface Judgement {
  readonly verdict: 'effective' | 'no_effect' | 'harmful' | 'palliative' | 'inconclusive'
  /** One line: why this verdict and no stronger one. */
  readonly reason: string
  readonly statistics: JudgeStatistics
  /** The episodes that a verdict still needs. Only with `inconclusive`. */
  readonly missing?: string
}

/** The figures of the look that decided, else of the last look. Before the first look there are only counts. */
export interface JudgeStatistics {
  /** Episodes of each arm that were compared. */
  readonly acts: number
  readonly controls: number
  /** Episodes without a neighbour of the other arm, and those without a baseline to compare with. */
  readonly unmatched: number
  readonly unusable: number
  readonly look: Look | 0
  /** How the action changes after / before, relative to doing nothing: -0.21 is 21 % lower (Hodges and Lehmann, 1963). */
  readonly effect?: number
  /** The effect's interval; each end errs with the share of 0.025 that its look may spend. */
  readonly interval?: readonly [low: number, high: number]
  /** One-sided, exact up to 24 per side. Significant when not above `alpha`. */
  readonly pBetter?: number
  readonly pWorse?: number
  readonly alpha?: number
  /** Of log(median after / median before) in the controls: how much it varies by itself. */
  readonly sd?: number
  /** Share of samples after that are missing in acts beyond those missing in controls; 0 when there are fewer. */
  readonly vanished?: number
}
