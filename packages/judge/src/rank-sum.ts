import { ascending, quantile } from './episode.ts'
import { upperZ, normalBelow } from './normal.ts'

/** Up to so many per side the distribution is enumerated; beyond, the normal approximation errs to the safe side: by 6 % of p at p = 0.008. */
const EXACT_UP_TO = 24

/**
 * P(the values of `low` rank as low as they do, or lower), when which value belongs to which side is chance: the one-sided
 * Wilcoxon-Mann-Whitney test for two sides of equal size, conditional on the ties (Lehmann, Nonparametrics, 1975, ch. 1).
 * Infinite values are ranks like others.
 */
export function rankSumP(low: readonly number[], high: readonly number[]): number {
  const { doubled, tied } = midranks([...low, ...high])
  const size = low.length
  const sum = doubled.slice(0, size).reduce((total, rank) => total + rank, 0)
  if (size > EXACT_UP_TO) return normalP(sum / 2, size, tied)
  const distribution = tied > 0 ? enumerate(doubled, size) : untied(size)
  let p = 0
  for (let s = 0; s <= sum; s++) p += distribution[s]!
  return Math.min(1, p)
}

/**
 * Interval and middle of by how much `left` exceeds `right`: Hodges and Lehmann, 1963 (all pairwise differences). Each end
 * errs with the probability `alpha` at most; with ties it is wider than it need be.
 */
export function shift(
  left: readonly number[],
  right: readonly number[],
  alpha: number,
): { low: number; middle: number; high: number } {
  const differences = ascending(left.flatMap(x => right.map(y => x - y)))
  const count = differences.length
  const outside = critical(left.length, alpha)
  const middle = quantile(differences, 0.5)
  if (outside < 0) return { low: -Infinity, middle, high: Infinity }
  return { low: differences[outside]!, middle, high: differences[count - 1 - outside]! }
}

/** The largest u with P(U <= u) <= alpha, where U counts the pairs out of order; -1 when there is none. */
function critical(size: number, alpha: number): number {
  if (size > EXACT_UP_TO) {
    const spread = Math.sqrt((size * size * (2 * size + 1)) / 12)
    return Math.floor((size * size) / 2 - upperZ(alpha) * spread - 0.5)
  }
  const distribution = untied(size)
  const lowest = size * (size + 1)
  let p = 0
  for (let u = 0; u <= size * size; u++) {
    p += distribution[lowest + 2 * u]!
    if (!(p <= alpha)) return u - 1
  }
  return size * size
}

const untiedBySize = new Map<number, Float64Array>()

function untied(size: number): Float64Array {
  let distribution = untiedBySize.get(size)
  if (distribution === undefined) {
    distribution = enumerate(
      Array.from({ length: 2 * size }, (_, index) => 2 * (index + 1)),
      size,
    )
    untiedBySize.set(size, distribution)
  }
  return distribution
}

/** The chance of each sum when `size` of the ranks are drawn: one pass over the ranks for all subsets at once. */
function enumerate(ranks: readonly number[], size: number): Float64Array {
  const highest = ranks.reduce((sum, rank) => sum + rank, 0)
  const drawn = Array.from({ length: size + 1 }, () => new Float64Array(highest + 1))
  drawn[0]![0] = 1
  let reach = 0
  for (const [index, rank] of ranks.entries()) {
    reach += rank
    for (let count = Math.min(index + 1, size); count >= 1; count--) {
      const from = drawn[count - 1]!
      const to = drawn[count]!
      for (let sum = reach; sum >= rank; sum--) to[sum]! += from[sum - rank]!
    }
  }
  const all = drawn[size]!
  const subsets = all.reduce((sum, number) => sum + number, 0)
  return all.map(number => number / subsets)
}

function normalP(sum: number, size: number, tied: number): number {
  const total = 2 * size
  const spread = Math.sqrt(((size * size) / 12) * (total + 1 - tied / (total * (total - 1))))
  return spread === 0 ? 1 : normalBelow((sum + 0.5 - (size * (total + 1)) / 2) / spread)
}

/**
 * Twice the mean rank of each value (a whole number), and the sum of t^3 - t over groups of t equal values. Values that are not
 * numbers rank last, as one group.
 */
export function midranks(values: readonly number[]): { doubled: number[]; tied: number } {
  const order = values
    .map((value, index) => ({ value, index }))
    .toSorted((a, b) =>
      a.value < b.value ? -1 : a.value > b.value ? 1 : +Number.isNaN(a.value) - +Number.isNaN(b.value),
    )
  const doubled: number[] = Array.from({ length: values.length }, () => 0)
  let tied = 0
  for (let start = 0; start < order.length;) {
    const { value } = order[start]!
    // A group holds its first value whatever it equals, so that the loop always advances.
    let end = start + 1
    while (end < order.length && (order[end]!.value === value || Number.isNaN(value))) end++
    for (let index = start; index < end; index++) doubled[order[index]!.index] = start + end + 1
    tied += (end - start) ** 3 - (end - start)
    start = end
  }
  return { doubled, tied }
}
