import type { SeriesHistory } from './series-history.ts'
import { BUCKETS_KEPT, STEPS_KEPT } from './series-history.ts'
import type { Situation } from './situation.ts'
import { within } from './bins.ts'
import type { Experience } from './experience.ts'

/**
 * Where the series has been lately and where it is heading, in gaps: a reach of 1 is a recent peak at the limit, a trend of 1
 * a mean that lies a whole gap below.
 */
export const MOVEMENT_FEATURES = [
  'reach5',
  'reach15',
  'reach30',
  'reach1h',
  'reach3h',
  'reach6h',
  'reach24h',
  'reach7d',
  'fall5',
  'fall30',
  'trend5',
  'trend15',
  'trend1h',
  'trend6h',
  'trend24h',
  'step1',
  'step3',
  'slope',
  'peakGap30',
  'peakGap3h',
  'peakGap24h',
] as const

const FARTHEST = 20

export function describeMovement(out: Situation, at: number, history: SeriesHistory, experience: Experience): void {
  const { features, gap, spread24h } = out
  const { moments, steps, stepCount, peaks, value: x, stepMs } = history
  const { n5, n15, n30 } = history
  const n = Math.min(stepCount, STEPS_KEPT, n30)
  const last = stepCount + STEPS_KEPT - 1
  let high = x
  let low = x
  let high5 = x
  let low5 = x
  let high15 = x
  let sumY = 0
  let sumUY = 0
  let i = 0
  for (; i < n && i < n15; i++) {
    const v = steps[(last - i) % STEPS_KEPT]!
    if (v > high) high = v
    if (v < low) low = v
    sumY += v
    sumUY -= i * v
    if (i < n5) {
      high5 = high
      low5 = low
    }
  }
  high15 = high
  const used = i
  for (; i < n; i++) {
    const v = steps[(last - i) % STEPS_KEPT]!
    if (v > high) high = v
    if (v < low) low = v
  }
  // Least squares over the steps 0, -1, -2 ... whose sums are known in closed form.
  const sumU = (-used * (used - 1)) / 2
  const sumUU = ((used - 1) * used * (2 * used - 1)) / 6
  const determinant = used * sumUU - sumU * sumU
  const slope = determinant > 0 ? (used * sumUY - sumU * sumY) / determinant : 0

  const open = history.buckets[history.bucket % BUCKETS_KEPT]!
  const peak1h = Math.max(high, open, peaks[0]!)
  const peak3h = Math.max(peak1h, peaks[1]!)
  const peak24h = Math.max(peak1h, peaks[3]!)
  const limit = x + gap
  out.reach5 = within((high5 - x) / gap, FARTHEST)
  out.reach30 = within((high - x) / gap, FARTHEST)
  out.reach1h = within((peak1h - x) / gap, FARTHEST)
  out.reach3h = within((peak3h - x) / gap, FARTHEST)
  out.reach24h = within((peak24h - x) / gap, FARTHEST)
  out.fall5 = within((x - low5) / gap, FARTHEST)
  out.trend5 = within((x - moments[0]!) / gap, FARTHEST)
  out.trend15 = within((x - moments[1]!) / gap, FARTHEST)
  out.trend1h = within((x - moments[2]!) / gap, FARTHEST)
  out.slope = within((slope * experience.horizonMs) / stepMs / gap, FARTHEST)
  features[at] = out.reach5
  features[at + 1] = within((high15 - x) / gap, FARTHEST)
  features[at + 2] = out.reach30
  features[at + 3] = out.reach1h
  features[at + 4] = out.reach3h
  features[at + 5] = within((Math.max(peak1h, peaks[2]!) - x) / gap, FARTHEST)
  features[at + 6] = out.reach24h
  features[at + 7] = within((Math.max(peak1h, peaks[4]!) - x) / gap, FARTHEST)
  features[at + 8] = out.fall5
  features[at + 9] = within((x - low) / gap, FARTHEST)
  features[at + 10] = out.trend5
  features[at + 11] = out.trend15
  features[at + 12] = out.trend1h
  features[at + 13] = within((x - moments[3]!) / gap, FARTHEST)
  features[at + 14] = (x - moments[4]!) / spread24h
  features[at + 15] = n > 1 ? within((x - steps[(last - 1) % STEPS_KEPT]!) / gap, FARTHEST) : 0
  features[at + 16] = n > 3 ? within((x - steps[(last - 3) % STEPS_KEPT]!) / gap, FARTHEST) : 0
  features[at + 17] = out.slope
  features[at + 18] = (limit - high) / spread24h
  features[at + 19] = (limit - peak3h) / spread24h
  features[at + 20] = (limit - peak24h) / spread24h
}
