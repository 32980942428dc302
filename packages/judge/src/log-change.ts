import { ascending, quantile } from './episode.ts'

/** A value of zero counts as this share of the typical level: a ratio needs a number, and ranks do not ask which. */
const FLOOR = 1e-3

/**
 * The level below which values count as equal: a small share of the typical positive level. It is positive whatever the levels
 * are, so that a metric that is mostly zero, or so small that its share underflows, can still be compared.
 */
export function floorOf(levels: Iterable<number>): number {
  const positive = ascending([...levels].filter(level => level > 0 && level < Infinity))
  if (positive.length === 0) return 1
  return Math.max(FLOOR * quantile(positive, 0.5), Number.MIN_VALUE)
}

/**
 * log(after / before), each at least `floor`. Finite for finite values: a ratio beyond the range of numbers counts as the largest
 * or smallest one. An infinite `after` stays infinite: it ranks behind everything that was measured.
 */
export function logChange(before: number, after: number, floor: number): number {
  if (after === Infinity) return Infinity
  const ratio = Math.max(after, floor) / Math.max(before, floor)
  return Math.log(Math.min(Math.max(ratio, Number.MIN_VALUE), Number.MAX_VALUE))
}
