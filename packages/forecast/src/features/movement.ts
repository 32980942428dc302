import { within } from '../learning/bins.ts'
import type { Experience } from '../experience.ts'
import type { SeriesHistory } from '../series-history.ts'
import { BUCKETS_KEPT, MOMENT, PEAK, STEPS_KEPT } from '../series-history.ts'
import type { Level } from './level.ts'
import type { Rows } from './rows.ts'

const FARTHEST = 20

/**
 * The recent peaks and trends of the series, in gaps to the limit. A reach of 1 is a recent peak at the limit. A trend of 1 is a
 * mean that lies a whole gap below the value.
 */
export class Movement {
  reach5 = 0
  reach30 = 0
  reach1h = 0
  reach3h = 0
  reach24h = 0
  fall5 = 0
  trend5 = 0
  trend15 = 0
  trend1h = 0
  slope = 0

  look(features: Rows, { gap, spread24h }: Level, history: SeriesHistory, { horizonMs }: Experience): void {
    const { steps, stepCount, stepMs, n5, n15, n30, peaks, moments, value } = history
    const n = Math.min(stepCount, STEPS_KEPT, n30)
    const last = stepCount + STEPS_KEPT - 1
    let high = value
    let low = value
    let high5 = value
    let low5 = value
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
    const high15 = high
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
    const peak1h = Math.max(high, open, peaks[PEAK.last1h]!)
    const peak3h = Math.max(peak1h, peaks[PEAK.last3h]!)
    const peak24h = Math.max(peak1h, peaks[PEAK.last24h]!)
    this.reach5 = within((high5 - value) / gap, FARTHEST)
    this.reach30 = within((high - value) / gap, FARTHEST)
    this.reach1h = within((peak1h - value) / gap, FARTHEST)
    this.reach3h = within((peak3h - value) / gap, FARTHEST)
    this.reach24h = within((peak24h - value) / gap, FARTHEST)
    this.fall5 = within((value - low5) / gap, FARTHEST)
    this.trend5 = within((value - moments[MOMENT.mean5m]!) / gap, FARTHEST)
    this.trend15 = within((value - moments[MOMENT.mean15m]!) / gap, FARTHEST)
    this.trend1h = within((value - moments[MOMENT.mean1h]!) / gap, FARTHEST)
    this.slope = within((slope * horizonMs) / stepMs / gap, FARTHEST)
    features.row('reach5', this.reach5)
    features.row('reach15', within((high15 - value) / gap, FARTHEST))
    features.row('reach30', this.reach30)
    features.row('reach1h', this.reach1h)
    features.row('reach3h', this.reach3h)
    features.row('reach6h', within((Math.max(peak1h, peaks[PEAK.last6h]!) - value) / gap, FARTHEST))
    features.row('reach24h', this.reach24h)
    features.row('reach7d', within((Math.max(peak1h, peaks[PEAK.last7d]!) - value) / gap, FARTHEST))
    features.row('fall5', this.fall5)
    features.row('fall30', within((value - low) / gap, FARTHEST))
    features.row('trend5', this.trend5)
    features.row('trend15', this.trend15)
    features.row('trend1h', this.trend1h)
    features.row('trend6h', within((value - moments[MOMENT.mean6h]!) / gap, FARTHEST))
    features.row('trend24h', (value - moments[MOMENT.mean24h]!) / spread24h)
    features.row('step1', n > 1 ? within((value - steps[(last - 1) % STEPS_KEPT]!) / gap, FARTHEST) : 0)
    features.row('step3', n > 3 ? within((value - steps[(last - 3) % STEPS_KEPT]!) / gap, FARTHEST) : 0)
    features.row('slope', this.slope)
    features.row('peakGap30', (value + gap - high) / spread24h)
    features.row('peakGap3h', (value + gap - peak3h) / spread24h)
    features.row('peakGap24h', (value + gap - peak24h) / spread24h)
  }
}
