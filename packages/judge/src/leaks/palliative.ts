import { measure, quantile, type Arm, type Episode, type Measured, type Sample } from '../episode.ts'
import { termsOf } from '../terms.ts'
import { worthwhile } from '../worth.ts'
import type { Leak, LeakTerms } from './leak.ts'
import { punctual } from './punctual.ts'
import { returning } from './returning.ts'
import { rising } from './rising.ts'

/** The episodes of an action that may only treat a symptom. */
export interface PalliativeInput {
  readonly acts: readonly Episode[]
  readonly controls: readonly Episode[]
  /** Which way is better; a leak goes the other way. */
  readonly direction: 'up' | 'down'
  /** @default 0.15 */
  readonly worth?: number
  /** Samples of the quantity that leaks, where it is another one than the episodes show (e.g. the heap's floor after collections). */
  readonly gauge?: readonly Sample[]
}

/** In a history of fewer episodes a leak has had no time to show. */
const SHORT_HISTORY = 24

/**
 * Whether a cure is needed again and again because a baseline keeps rising. It does when
 * - its level, or `gauge`, rises steadily between restarts, by 3 % an hour or more, and in sum by twice `worth`, or
 * - left alone (in controls) the value goes on rising at the pace at which it comes back after each cure, or
 * - the rule fires again after each cure as regularly as a clock, and much sooner without one.
 *
 * A rule that re-fires by itself shows none of these: its baseline has no trend, and left alone the value falls back. Nor does a load
 * that grows slowly, or a job that runs by the clock.
 *
 * @throws TypeError, RangeError - when `direction` or `worth` is not valid
 * @example
 * ```ts
 * const { evidence, reason } = palliative({ acts, controls, direction: 'down' })
 * ```
 */
export function palliative({ acts, controls, gauge, ...given }: PalliativeInput): Leak {
  const { direction, worth } = termsOf('palliative', given)
  const { episodes } = measure(acts, controls)
  return leakIn(episodes, { direction, worth: -worthwhile(direction, worth) }, gauge)
}

export function leakIn(
  episodes: readonly Measured[],
  given: Omit<LeakTerms, 'short'>,
  gauge: readonly Sample[] = [],
): Leak {
  const terms = { ...given, short: episodes.length < SHORT_HISTORY }
  const after = (arm: Arm): readonly Sample[] =>
    episodes.flatMap(one => (one.arm === arm && one.after.length > 0 ? [[one.afterAt, quantile(one.after, 0.5)]] : []))
  const levels = [episodes.map(({ beforeAt, before }): Sample => [beforeAt, before]), after('act'), after('control')]
  const gauged = gauge.filter(([, value]) => Number.isFinite(value))
  const leaks = [
    rising('the level before each episode', levels, terms),
    rising('the gauge', [gauged], terms),
    returning(episodes, terms),
    punctual(episodes),
  ]
  return (
    leaks.find(({ evidence }) => evidence === 'leak') ??
    leaks.find(({ evidence }) => evidence === 'suspected') ?? { evidence: 'none', reason: 'no baseline keeps rising' }
  )
}
