import type { Experience } from '../experience.ts'
import type { SeriesHistory } from '../series-history.ts'
import { MOMENT } from '../series-history.ts'
import type { Rows } from './rows.ts'

/** The least deviation, in sizes of the limit: a constant series would divide by zero. */
const LEAST = 1e-4

/** The position of the series relative to the limit, and its usual movement. */
export class Level {
  /** Distance to the limit, never zero. */
  gap = 1
  /** Standard deviation over a day, never zero. */
  spread24h = 1
  /** The gap in standard deviations of a week. */
  deviations = 0
  /** The gap in steps of an hour, in random walks of a horizon: a walk of n steps has a spread of sqrt(n) steps. */
  walks = 0

  look(features: Rows, { moments, value }: SeriesHistory, { limit, walk }: Experience): void {
    const size = Math.max(Math.abs(limit), Math.abs(value), 1e-9)
    const least = LEAST * size
    const gap = Math.max(limit - value, least)
    const step1h = Math.sqrt(moments[MOMENT.steps1h]!) + least
    const step24h = Math.sqrt(moments[MOMENT.steps24h]!) + least
    const spread1h = Math.sqrt(moments[MOMENT.variance1h]!) + least
    const spread24h = Math.sqrt(moments[MOMENT.variance24h]!) + least
    const spread7d = Math.sqrt(moments[MOMENT.variance7d]!) + least
    this.gap = gap
    this.spread24h = spread24h
    this.walks = gap / (step1h * walk)
    this.deviations = gap / spread7d
    features.row('gapSteps1h', this.walks)
    features.row('gapSteps24h', gap / (step24h * walk))
    features.row('gapSpread1h', gap / spread1h)
    features.row('gapSpread7d', this.deviations)
    features.row('meanGap24h', (limit - moments[MOMENT.mean24h]!) / spread24h)
    features.row('meanGap7d', (limit - moments[MOMENT.mean7d]!) / spread7d)
    features.row('meanGap1h', (limit - moments[MOMENT.mean1h]!) / spread24h)
    features.row('levelRatio', value / size)
    features.row('meanRatio24h', moments[MOMENT.mean24h]! / size)
    features.row('volatility', Math.log(step1h / step24h))
    features.row('roughness', Math.log(step24h / spread24h))
    features.row('spread', Math.log(spread24h / size))
    features.row('daySpread', Math.log(spread1h / spread24h))
  }
}
