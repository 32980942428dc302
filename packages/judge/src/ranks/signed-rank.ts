import { quantile } from '../episode.ts'
import { midranks } from './midranks.ts'
import { normalBelow, upperZ } from './normal.ts'

/** Up to so many differences the distribution is enumerated. */
const EXACT_UP_TO = 50

/**
 * P(the differences rank as low as they do, or lower), when the sign of each is a fair coin: Wilcoxon's one-sided signed-rank
 * test, exact given the ties (Hollander and Wolfe, Nonparametric Statistical Methods, 1973, ch. 3). When chance drew the order or
 * the side within each pair this is a permutation test and needs no assumption on the values. Differences of zero say nothing.
 */
export function signedRankP(differences: readonly number[]): number {
  const { doubled, sum } = ranked(differences)
  if (doubled.length > EXACT_UP_TO) {
    const middle = doubled.reduce((all, rank) => all + rank, 0) / 2
    const spread = Math.sqrt(doubled.reduce((all, rank) => all + rank * rank, 0)) / 2
    return normalBelow((sum + 1 - middle) / spread)
  }
  return Math.min(
    1,
    distribution(doubled)
      .subarray(0, sum + 1)
      .reduce((p, chance) => p + chance, 0),
  )
}

/** The sum of the ranks of the differences above 0, to be compared with {@link critical}. */
export function positiveRankSum(differences: readonly number[]): number {
  return ranked(differences).sum / 2
}

/** Twice the ranks, so that ties have whole ones, and the sum of those of the differences above 0. */
function ranked(differences: readonly number[]): { readonly doubled: readonly number[]; readonly sum: number } {
  const moved = differences.filter(difference => difference !== 0)
  const { doubled } = midranks(moved.map(Math.abs))
  const sum = doubled.reduce((positive, rank, index) => (moved[index]! > 0 ? positive + rank : positive), 0)
  return { doubled, sum }
}

/**
 * The middle of the differences (median of all their pairwise means) and its interval; each end errs with the probability `alpha` at
 * most (Hodges and Lehmann, 1963; Tukey, 1949).
 */
export function pseudomedian(
  differences: readonly number[],
  alpha: number,
): { low: number; middle: number; high: number } {
  const size = differences.length
  const means = new Float64Array((size * (size + 1)) / 2)
  let filled = 0
  for (let one = 0; one < size; one++)
    for (let other = one; other < size; other++) means[filled++] = (differences[one]! + differences[other]!) / 2
  means.sort()
  const outside = critical(size, alpha)
  const middle = quantile(means, 0.5)
  if (outside < 0) return { low: -Infinity, middle, high: Infinity }
  return { low: means[outside]!, middle, high: means[means.length - 1 - outside]! }
}

/** The largest sum t of the ranks 1..size with P(T <= t) <= alpha; -1 when there is none. */
export function critical(size: number, alpha: number): number {
  if (size > EXACT_UP_TO) {
    const spread = Math.sqrt((size * (size + 1) * (2 * size + 1)) / 24)
    return Math.floor((size * (size + 1)) / 4 - upperZ(alpha) * spread - 0.5)
  }
  const chances = untied(size)
  let p = 0
  for (const [t, chance] of chances.entries()) {
    p += chance
    if (!(p <= alpha)) return t - 1
  }
  return chances.length - 1
}

const untiedBySize = new Map<number, Float64Array>()

function untied(size: number): Float64Array {
  let chances = untiedBySize.get(size)
  if (chances === undefined) {
    chances = distribution(Array.from({ length: size }, (_, index) => index + 1))
    untiedBySize.set(size, chances)
  }
  return chances
}

/** The chance of each sum of those ranks whose coin falls on heads. */
function distribution(ranks: readonly number[]): Float64Array {
  const chances = new Float64Array(ranks.reduce((sum, rank) => sum + rank, 0) + 1)
  chances[0] = 1
  let reach = 0
  for (const rank of ranks) {
    reach += rank
    for (let sum = reach; sum >= 0; sum--) chances[sum] = (chances[sum]! + (sum >= rank ? chances[sum - rank]! : 0)) / 2
  }
  return chances
}
