import { ascending, quantile } from '../episode.ts'
import { percent } from '../percent.ts'
import { middleShift, rankSumP } from '../ranks/rank-sum.ts'

/** The second endpoint: whether the worst part of what is measured after is worse with the action. */
export interface Tail {
  /** How the tail changes with the action, as a logarithm; more is worse. */
  readonly change: number
  /** Of being worse, one-sided. */
  readonly pWorse: number
  /** Whether `effective` must wait, and why, in one line. */
  readonly worse?: string
}

/** A doubt is enough: it takes nothing away but a credit. */
const DOUBT_P = 0.05

/** Of twelve acts one that is worse than every control by a factor of two is a doubt; ranks do not see how far it is. */
const FAR = { by: Math.LN2, of: 12 }

/**
 * An action may lower the median and yet make some runs, or some moments of each run, much worse. The tail of an episode is the mean of
 * the worst quarter of its values (expected shortfall: Acerbi and Tasche, 2002), compared with what was to be expected. Ranks bound
 * what a single value can do; runs that are far beyond every control are counted besides, less the controls that are as far beyond
 * every act, since things also break by themselves.
 *
 * @param acts, controls - logarithms; more is worse
 * @param margin - the smallest worsening that counts
 */
export function tailOf(acts: readonly number[], controls: readonly number[], margin: number): Tail {
  const change = middleShift(acts, controls)
  const pWorse = rankSumP(controls, acts)
  const far = farBeyond(acts, controls) - farBeyond(controls, acts)
  if (pWorse <= DOUBT_P && change >= margin)
    return { change, pWorse, worse: `the worst quarter of its values gets ${percent(Math.expm1(change))} worse` }
  if (far > 0 && far >= Math.floor(acts.length / FAR.of))
    return { change, pWorse, worse: `${far} of ${acts.length} runs are far worse than any control` }
  return { change, pWorse }
}

function farBeyond(ones: readonly number[], others: readonly number[]): number {
  const limit = quantile(ascending(others), 1) + FAR.by
  return ones.filter(one => one > limit).length
}
