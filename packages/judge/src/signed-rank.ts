import { ascending, quantile } from './episode.ts'
import { upperZ, normalBelow } from './normal.ts'
import { midranks } from './rank-sum.ts'

/** Up to so many differences the distribution is enumerated. */
const EXACT_UP_TO = 50

export interface SignedRank {
  /** One-sided chances of sums as low and as high as these when every sign is a fair coin. */
  readonly pLow: number
  readonly pHigh: number
  /** Hodges and Lehmann's middle and interval of the differences; each end errs with the probability `alpha` at most. */
  readonly low: number
  readonly middle: number
  readonly high: number
}

/**
 * Wilcoxon's signed-rank test of paired differences (Hollander and Wolfe, Nonparametric Statistical Methods, 1973, ch. 3). When
 * chance drew the order or the side within each pair this is a permutation test and needs no assumption on the values.
 */
export function signedRank(differences: readonly number[], alpha: number): SignedRank {
  const moved = differences.filter(difference => difference !== 0)
  const { doubled } = midranks(moved.map(Math.abs))
  const total = doubled.reduce((sum, rank) => sum + rank, 0)
  const positive = doubled.reduce((sum, rank, index) => (moved[index]! > 0 ? sum + rank : sum), 0)
  const averages = ascending(
    differences.flatMap((one, index) => differences.slice(index).map(other => (one + other) / 2)),
  )
  const outside = critical(differences.length, alpha)
  return {
    pLow: sumBelow(doubled, positive),
    pHigh: sumBelow(doubled, total - positive),
    low: outside < 0 ? -Infinity : averages[outside]!,
    middle: quantile(averages, 0.5),
    high: outside < 0 ? Infinity : averages[averages.length - 1 - outside]!,
  }
}

/** P(sum of the ranks whose coin falls on heads <= `sum`); ranks are doubled. */
function sumBelow(ranks: readonly number[], sum: number): number {
  if (ranks.length > EXACT_UP_TO) {
    const middle = ranks.reduce((all, rank) => all + rank, 0) / 2
    const spread = Math.sqrt(ranks.reduce((all, rank) => all + rank * rank, 0)) / 2
    return normalBelow((sum + 1 - middle) / spread)
  }
  return distribution(ranks)
    .subarray(0, sum + 1)
    .reduce((p, chance) => p + chance, 0)
}

/** The largest sum t of the ranks 1..size with P(T <= t) <= alpha; -1 when there is none. */
function critical(size: number, alpha: number): number {
  if (size > EXACT_UP_TO) {
    const spread = Math.sqrt((size * (size + 1) * (2 * size + 1)) / 24)
    return Math.floor((size * (size + 1)) / 4 - upperZ(alpha) * spread - 0.5)
  }
  const chances = distribution(Array.from({ length: size }, (_, index) => index + 1))
  let p = 0
  for (const [t, chance] of chances.entries()) {
    p += chance
    if (!(p <= alpha)) return t - 1
  }
  return chances.length - 1
}

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
