import { mean, quantile, type Measured } from './episode.ts'
import { floorOf, logChange } from './log-change.ts'
import type { Pair } from './matching.ts'
import { rankSumP, shift } from './rank-sum.ts'
import { vanished } from './vanished.ts'

/** Act against control episodes at one look. Changes are logarithms of after / before, turned so that more is worse. */
export interface Comparison {
  readonly size: number
  readonly pBetter: number
  /** As `pBetter`, from the samples that are there: those that vanished are left out. */
  readonly pBetterPresent: number
  readonly pWorse: number
  readonly change: { readonly low: number; readonly middle: number; readonly high: number }
  readonly sd: number
  readonly vanished: number
}

/** Fewer cannot be significant at any look. */
const MIN_PAIRS = 5

/** Undefined when too few episodes have samples after. */
export function compare(pairs: readonly Pair[], direction: 'up' | 'down', alpha: number): Comparison | undefined {
  const measured = pairs.flatMap(({ act, control }) => [act, control])
  const befores = measured.map(({ before }) => before)
  // When the usual level is zero, the levels after the episodes define what is small.
  const floor = floorOf(befores.some(before => before > 0) ? befores : measured.flatMap(({ after }) => [...after]))
  const sign = direction === 'down' ? 1 : -1
  const change = (before: number, after: number): number => sign * logChange(before, after, floor)
  const changeOf = ({ before, after }: Measured): number => change(before, quantile(after, 0.5))

  const answered = pairs.filter(({ control }) => control.after.length > 0)
  const complete = answered.filter(({ act }) => act.after.length > 0)
  if (complete.length < MIN_PAIRS && answered.length < MIN_PAIRS) return undefined
  const acts = complete.map(({ act }) => changeOf(act))
  const controls = complete.map(({ control }) => changeOf(control))

  const excess = vanished(pairs)
  const credited = answered.flatMap(pair => {
    const after = excess.worstCase(pair.act, direction)
    return after === undefined ? [] : { act: change(pair.act.before, after), control: changeOf(pair.control) }
  })
  return {
    size: complete.length,
    pBetter: rankSumP(
      credited.map(({ act }) => act),
      credited.map(({ control }) => control),
    ),
    pBetterPresent: rankSumP(acts, controls),
    pWorse: rankSumP(controls, acts),
    change: shift(acts, controls, alpha),
    sd: deviation(controls),
    vanished: excess.share,
  }
}

export function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1))
}
