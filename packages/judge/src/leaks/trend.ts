import { midranks } from '../ranks/midranks.ts'
import { normalBelow } from '../ranks/normal.ts'
import { selectQuantile } from '../ranks/select.ts'

export interface Trend {
  /** Per ms: Theil, 1950; Sen, 1968. */
  readonly slope: () => number
  /** One-sided chance of rising as steadily without a trend: Mann, 1945; Kendall, 1975. */
  readonly pRising: () => number
  /** As if no point resembled its neighbour: too small for a proof, good for a doubt. */
  readonly pIndependent: number
  /** The end of the slope's interval so many standard errors away: Gilbert, Statistical Methods for Environmental Pollution Monitoring, 1987, 16.5. */
  readonly slopeAt: (z: number) => number
}

const MAX_CORRELATION = 0.9

export type Point = readonly [ms: number, value: number]

/**
 * The common trend of stretches of points, each in the order of time, robust against outliers. Only points of one stretch are compared
 * with each other, so that a level that falls between two stretches hides no rise within them (Hirsch, Slack and Smith, 1982).
 *
 * Points that resemble their neighbours prove less than independent ones: the variance is widened by their autocorrelation after the
 * trend is taken out (Yue and Wang, 2004), which is corrected for what taking out a trend costs in short series (Kendall, 1954): a load
 * that wanders slowly does not count as a trend.
 */
export function trend(stretches: readonly (readonly Point[])[]): Trend {
  let score = 0
  let variance = 0
  for (const points of stretches) {
    variance += (points.length * (points.length - 1) * (2 * points.length + 5)) / 18
    for (const [index, [, low]] of points.entries())
      for (let later = index + 1; later < points.length; later++) score += Math.sign(points[later]![1] - low)
  }
  const sd = Math.sqrt(variance)
  const slopes = once(() => slopesOf(stretches))
  const widened = once(() => {
    const correlation = Math.min(...SCALES.map(scale => correlationWithout(stretches, scale)))
    return sd * Math.sqrt((1 + correlation) / (1 - correlation))
  })
  const above = (spread: number): number => (spread > 0 ? normalBelow((1 - score) / spread) : 1)
  const slopeAt = (z: number): number => {
    const position = z === 0 ? 0.5 : 0.5 + (z * widened()) / (2 * slopes().length)
    return slopes().length === 0 ? 0 : selectQuantile(slopes(), Math.min(1, Math.max(0, position)))
  }
  return { slope: once(() => slopeAt(0)), pRising: () => above(widened()), pIndependent: above(sd), slopeAt }
}

/** Growth by a share is straight on the logarithm, a constant leak on the level itself, which may rise or fall; on the others it would look like a wave. */
const SCALES: readonly ((value: number) => number)[] = [value => value, Math.exp, value => -Math.exp(-value)]

/** The slopes between all pairs of points of the same stretch, in any order. */
function slopesOf(stretches: readonly (readonly Point[])[]): Float64Array {
  const most = stretches.reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0)
  const slopes = new Float64Array(most)
  let filled = 0
  for (const points of stretches) {
    for (const [index, [from, low]] of points.entries()) {
      for (let later = index + 1; later < points.length; later++) {
        const [to, high] = points[later]!
        const steepness = (high - low) / (to - from)
        if (to > from && Number.isFinite(steepness)) slopes[filled++] = steepness
      }
    }
  }
  return slopes.subarray(0, filled)
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined
  return () => (known ??= { value: compute() }).value
}

/** The autocorrelation of what remains without the trend, of ranks, one step apart. */
function correlationWithout(stretches: readonly (readonly Point[])[], scale: (value: number) => number): number {
  const scaled = stretches.map(points => points.map(([ms, value]): Point => [ms, scale(value)]))
  const slopes = slopesOf(scaled)
  const slope = slopes.length === 0 ? 0 : selectQuantile(slopes, 0.5)
  let size = 0
  let covariance = 0
  let variance = 0
  for (const points of scaled) {
    const { doubled } = midranks(points.map(([ms, value]) => value - slope * (ms - points[0]![0])))
    const middle = points.length + 1
    size += points.length
    for (const [index, rank] of doubled.entries()) {
      variance += (rank - middle) ** 2
      if (index > 0) covariance += (rank - middle) * (doubled[index - 1]! - middle)
    }
  }
  const found = variance === 0 ? 0 : covariance / variance
  return Math.min(MAX_CORRELATION, Math.max(0, (found + 2 / size) / (1 - 4 / size)))
}
