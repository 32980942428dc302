import { midranks } from './midranks.ts'
import { normalBelow, upperZ } from './normal.ts'
import { select, selectQuantile } from './select.ts'

/** Up to so many per side the distribution is enumerated; beyond, the normal approximation errs to the safe side: by 6 % of p at p = 0.008. */
const EXACT_UP_TO = 24

/** With ties the distribution is enumerated anew each time, which takes a millisecond; a large p does not need it. */
const EXACT_TIES = { upTo: 12, belowP: 0.05 }

/**
 * P(the values of `low` rank as low as they do, or lower), when which value belongs to which side is chance: the one-sided
 * Wilcoxon-Mann-Whitney test, conditional on the ties (Lehmann, Nonparametrics, 1975, ch. 1). Infinite values are ranks like others.
 */
export function rankSumP(low: readonly number[], high: readonly number[]): number {
  const { doubled, tied } = midranks([...low, ...high])
  const sum = doubled.slice(0, low.length).reduce((total, rank) => total + rank, 0)
  const size = Math.max(low.length, high.length)
  const approximate = normalP(sum / 2, low.length, high.length, tied)
  const decidesNothing = tied > 0 && size > EXACT_TIES.upTo && approximate > EXACT_TIES.belowP
  if (size > EXACT_UP_TO || decidesNothing) return approximate
  const distribution = tied > 0 ? enumerate(doubled, low.length, sum) : untied(low.length, high.length)
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
  const differences = differencesOf(left, right)
  const outside = critical(left.length, right.length, alpha)
  const middle = selectQuantile(differences, 0.5)
  if (outside < 0) return { low: -Infinity, middle, high: Infinity }
  return { low: select(differences, outside), middle, high: select(differences, differences.length - 1 - outside) }
}

/** The middle alone. */
export function middleShift(left: readonly number[], right: readonly number[]): number {
  return selectQuantile(differencesOf(left, right), 0.5)
}

function differencesOf(left: readonly number[], right: readonly number[]): Float64Array {
  const differences = new Float64Array(left.length * right.length)
  for (let x = 0; x < left.length; x++)
    for (let y = 0; y < right.length; y++) differences[x * right.length + y] = left[x]! - right[y]!
  return differences
}

/** The largest u with P(U <= u) <= alpha, where U counts the pairs out of order; -1 when there is none. */
function critical(size: number, other: number, alpha: number): number {
  if (Math.max(size, other) > EXACT_UP_TO) {
    const spread = Math.sqrt((size * other * (size + other + 1)) / 12)
    return Math.floor((size * other) / 2 - upperZ(alpha) * spread - 0.5)
  }
  const distribution = untied(size, other)
  const lowest = size * (size + 1)
  let p = 0
  for (let u = 0; u <= size * other; u++) {
    p += distribution[lowest + 2 * u]!
    if (!(p <= alpha)) return u - 1
  }
  return size * other
}

const untiedBySizes = new Map<string, Float64Array>()

function untied(size: number, other: number): Float64Array {
  const key = `${size} ${other}`
  let distribution = untiedBySizes.get(key)
  if (distribution === undefined) {
    const ranks = Array.from({ length: size + other }, (_, index) => 2 * (index + 1))
    untiedBySizes.set(key, (distribution = enumerate(ranks, size, size * (size + 2 * other + 1))))
  }
  return distribution
}

/**
 * The chance of each sum up to `highest` when `size` of the ranks are drawn: one pass over the ranks for all subsets at once. In ascending
 * order it is known which sums can still end below `highest`; no others are counted.
 */
function enumerate(ranks: readonly number[], size: number, highest: number): Float64Array {
  const ascendingRanks = ranks.toSorted((a, b) => a - b)
  const upTo = [0]
  for (const rank of ascendingRanks) upTo.push(upTo.at(-1)! + rank)
  const drawn = Array.from({ length: size + 1 }, () => new Float64Array(highest + 1))
  drawn[0]![0] = 1
  for (const [index, rank] of ascendingRanks.entries()) {
    for (let count = Math.min(index + 1, size); count >= 1; count--) {
      const last = index + 1 + size - count
      if (last > ranks.length) break
      const from = drawn[count - 1]!
      const to = drawn[count]!
      const most = highest - (upTo[last]! - upTo[index + 1]!)
      for (let sum = most; sum >= rank + upTo[count - 1]!; sum--) to[sum]! += from[sum - rank]!
    }
  }
  const subsets = choose(ranks.length, size)
  return drawn[size]!.map(number => number / subsets)
}

function choose(all: number, some: number): number {
  let ways = 1
  for (let taken = 1; taken <= some; taken++) ways *= (all - some + taken) / taken
  return ways
}

function normalP(sum: number, size: number, other: number, tied: number): number {
  const total = size + other
  const spread = Math.sqrt(((size * other) / 12) * (total + 1 - tied / (total * (total - 1))))
  return spread === 0 ? 1 : normalBelow((sum + 0.5 - (size * (total + 1)) / 2) / spread)
}
