import { ascending, quantile } from './episode.ts'
import { midranks } from './rank-sum.ts'
import { normalBelow } from './normal.ts'

export interface Trend {
  /** Per ms: Theil, 1950; Sen, 1968. */
  readonly slope: number
  /** One-sided chance of rising as steadily without a trend: Mann, 1945; Kendall, 1975. */
  readonly pRising: number
  /** As if no point resembled its neighbour: too small for a proof, good for a doubt. */
  readonly pIndependent: number
}

const MAX_CORRELATION = 0.9

type Point = readonly [ms: number, value: number]

/**
 * The trend of points in the order of time, robust against outliers. Points that resemble their neighbours prove less than
 * independent ones: the variance is widened by their autocorrelation after the trend is taken out (Yue and Wang, 2004), which
 * is corrected for what taking out a trend costs in short series (Kendall, 1954): a load that wanders slowly does not count as a trend.
 */
export function trend(points: readonly Point[]): Trend {
  const size = points.length
  const slopes: number[] = []
  let score = 0
  for (const [index, [from, low]] of points.entries()) {
    for (let later = index + 1; later < size; later++) {
      const [to, high] = points[later]!
      score += Math.sign(high - low)
      const steepness = (high - low) / (to - from)
      if (to > from && Number.isFinite(steepness)) slopes.push(steepness)
    }
  }
  const slope = slopes.length === 0 ? 0 : quantile(ascending(slopes), 0.5)
  const found = autocorrelation(points.map(([ms, value]) => value - slope * (ms - points[0]![0])))
  const correlation = Math.min(MAX_CORRELATION, Math.max(0, (found + 2 / size) / (1 - 4 / size)))
  const variance = (size * (size - 1) * (2 * size + 5)) / 18
  const above = (widened: number): number =>
    variance > 0 ? 1 - normalBelow((score - 1) / Math.sqrt(variance * widened)) : 1
  return { slope, pRising: above((1 + correlation) / (1 - correlation)), pIndependent: above(1) }
}

/** Of ranks, one step apart. */
function autocorrelation(values: readonly number[]): number {
  const { doubled } = midranks(values)
  const middle = values.length + 1
  let covariance = 0
  let variance = 0
  for (const [index, rank] of doubled.entries()) {
    variance += (rank - middle) ** 2
    if (index > 0) covariance += (rank - middle) * (doubled[index - 1]! - middle)
  }
  return variance === 0 ? 0 : covariance / variance
}
