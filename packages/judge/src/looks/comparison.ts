import { mean, quantile, type Arm, type Measured } from '../episode.ts'
import { rankSumP, shift } from '../ranks/rank-sum.ts'
import type { Terms } from '../terms.ts'
import { noticeable } from '../worth.ts'
import { foretell } from './foretell.ts'
import { floorOf, logLevel } from './log-change.ts'
import type { Pair } from './matching.ts'
import { tailOf, type Tail } from './tail.ts'
import { vanished } from './vanished.ts'

/** Act against control episodes at one look. Changes are logarithms of ratios, turned so that more is worse. */
export interface Comparison {
  readonly size: number
  /** Of being better than doing nothing, one-sided. */
  readonly pBetter: number
  /** As `pBetter`, from the samples that are there: those that vanished are left out. */
  readonly pBetterPresent: number
  /** Of being worse by more than `harm`, one-sided. */
  readonly pWorse: number
  readonly change: { readonly low: number; readonly middle: number; readonly high: number }
  readonly tail: Tail
  /** Standard deviation of the controls' own changes. */
  readonly sd: number
  readonly vanished: number
}

/** Fewer cannot be significant at any look. */
const MIN_PAIRS = 5

/** What an episode measured, as logarithms less what was to be expected; NaN where nothing was measured. */
interface Change {
  readonly arm: Arm
  readonly after: number
  /** As `after`, with what vanished as the worst there is; undefined when nothing is known. */
  readonly credited: number | undefined
  readonly tail: number
  /** log(median after / median before). */
  readonly own: number
}

/**
 * The rank-sum test on the levels after, less what was to be expected from what was measured before (see {@link foretell}). Undefined when
 * too few episodes have samples after.
 */
export function compare(pairs: readonly Pair[], { direction, harm }: Terms, interval: number): Comparison | undefined {
  const answered = pairs.filter(({ control }) => control.after.length > 0)
  const complete = answered.filter(({ act }) => act.after.length > 0)
  if (complete.length < MIN_PAIRS && answered.length < MIN_PAIRS) return undefined
  const { share, worstCase } = vanished(pairs)
  const changes = changesOf(answered, direction, act => worstCase(act, direction))
  const present = changes.filter(({ after }) => Number.isFinite(after))
  const of = (arm: Arm, part: 'after' | 'tail' | 'own'): number[] =>
    present.filter(change => change.arm === arm).map(change => change[part])
  const [acts, controls] = [of('act', 'after'), of('control', 'after')]
  const credited = changes.flatMap(({ arm, credited }) => (arm === 'act' && credited !== undefined ? [credited] : []))
  const margin = noticeable(direction, harm)
  const pBetterPresent = rankSumP(acts, controls)
  return {
    size: acts.length,
    pBetter: share > 0 ? rankSumP(credited, controls) : pBetterPresent,
    pBetterPresent,
    pWorse: rankSumP(
      controls.map(control => control + margin),
      acts,
    ),
    change: shift(acts, controls, interval),
    tail: tailOf(of('act', 'tail'), of('control', 'tail'), margin),
    sd: deviation(of('control', 'own')),
    vanished: share,
  }
}

function changesOf(
  answered: readonly Pair[],
  direction: 'up' | 'down',
  worstCase: (act: Measured) => number | undefined,
): readonly Change[] {
  const episodes = answered.flatMap(({ act, control }) => [act, control]).toSorted((a, b) => a.at - b.at)
  const befores = episodes.map(({ before }) => before)
  // When the usual level is zero, the levels after the episodes define what is small.
  const floor = floorOf(befores.some(before => before > 0) ? befores : episodes.flatMap(({ after }) => [...after]))
  const sign = direction === 'down' ? 1 : -1
  const log = (level: number): number => sign * logLevel(level, floor)
  const levels = episodes.map(({ before, after }) => ({ before: log(before), after: log(quantile(after, 0.5)) }))
  const expected = foretell(levels)
  return episodes.map((episode, index) => {
    const { before, after } = levels[index]!
    const worst = episode.arm === 'act' ? worstCase(episode) : undefined
    return {
      arm: episode.arm,
      after: after - expected[index]!,
      credited: worst === undefined ? undefined : log(worst) - expected[index]!,
      tail: log(episode.tail[direction]) - expected[index]!,
      own: after - before,
    }
  })
}

export function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1))
}
