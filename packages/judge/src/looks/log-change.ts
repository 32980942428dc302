import { ascending, quantile } from '../episode.ts'

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

/** log(level), at least that of `floor`. Finite for finite levels; an infinite level stays infinite and ranks behind all that was measured. */
export function logLevel(level: number, floor: number): number {
  return Math.log(Math.max(level, floor))
}
