import type { Alpha } from '../life/alpha.ts'
import { termsOf } from '../terms.ts'
import { judgeKept } from './kept-split.ts'
import { judgePairs } from './paired.ts'
import { DESIGN_ALPHA, type PairedJudgement } from './paired-judgement.ts'
import type { SideBySide } from './side-by-side.ts'

/** The blocks of a concurrent split, and what counts as an effect. */
export interface SplitInput {
  /**
   * One block of time after the other: what the units of each arm measured in it. Each block deals its units with a salt
   * of its own (see `bucketOf`), unless `baseline` is given.
   */
  readonly blocks: readonly SideBySide[]
  /**
   * For a split that keeps its units, as an effect that builds up needs (a warmed cache): blocks with the same units before the action
   * began. The units are what chance drew, so they are compared: each sample, here and in `blocks`, names its unit, `[ms, value, unit]`, or
   * every block has one sample of each unit in the same order.
   */
  readonly baseline?: readonly SideBySide[]
  readonly direction: 'up' | 'down'
  /** @default 0.15 */
  readonly worth?: number
  /** The smallest relative worsening that counts as harm. @default 0.05 */
  readonly harm?: number
  /** What the verdict may spend per side. @default 0.025 each */
  readonly alpha?: Alpha
}

/**
 * Judges an action on half of the units of one process (keys, requests, routes, fingerprints, job ids) against the other
 * half at the same time. Load, hour and neighbours meet both halves alike, so that minutes are enough.
 *
 * It sees what the action does to its own units. It cannot see what the action does to all of them alike (a shared pool that it
 * relieves), and an effect that outlasts a block is seen by a split that keeps its units only.
 *
 * @throws TypeError, RangeError - when `direction`, `worth` or `harm` is not valid
 * @example
 * ```ts
 * judgeSplit({ blocks, direction: 'down' }).verdict
 * ```
 */
export function judgeSplit({ blocks, baseline, alpha = DESIGN_ALPHA, ...given }: SplitInput): PairedJudgement {
  const terms = termsOf('judgeSplit', given)
  return baseline === undefined ? judgePairs(blocks, terms, alpha) : judgeKept(blocks, baseline, terms, alpha)
}
