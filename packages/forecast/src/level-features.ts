import type { SeriesHistory } from './series-history.ts'
import type { Situation } from './situation.ts'
import type { Experience } from './experience.ts'

/** Where the series is and how it usually moves, seen from the limit. */
export const LEVEL_FEATURES = [
  'gapSteps1h',
  'gapSteps24h',
  'gapSpread1h',
  'gapSpread7d',
  'meanGap24h',
  'meanGap7d',
  'meanGap1h',
  'levelRatio',
  'meanRatio24h',
  'volatility',
  'roughness',
  'spread',
  'daySpread',
] as const

/** The least deviation, in sizes of the limit: a constant series would divide by zero. */
const LEAST = 1e-4

export function describeLevel(out: Situation, at: number, history: SeriesHistory, experience: Experience): void {
  const { features } = out
  const { moments, value } = history
  const { limit } = experience
  const size = Math.max(Math.abs(limit), Math.abs(value), 1e-9)
  const least = LEAST * size
  const gap = Math.max(limit - value, least)
  const step1h = Math.sqrt(moments[9]!) + least
  const step24h = Math.sqrt(moments[10]!) + least
  const spread1h = Math.sqrt(moments[6]!) + least
  const spread24h = Math.sqrt(moments[7]!) + least
  const spread7d = Math.sqrt(moments[8]!) + least
  out.gap = gap
  out.spread24h = spread24h
  // A random walk of n steps has a spread of sqrt(n) steps.
  out.walks = gap / (step1h * experience.walk)
  out.level = gap / spread7d
  features[at] = out.walks
  features[at + 1] = gap / (step24h * experience.walk)
  features[at + 2] = gap / spread1h
  features[at + 3] = out.level
  features[at + 4] = (limit - moments[4]!) / spread24h
  features[at + 5] = (limit - moments[5]!) / spread7d
  features[at + 6] = (limit - moments[2]!) / spread24h
  features[at + 7] = value / size
  features[at + 8] = moments[4]! / size
  features[at + 9] = Math.log(step1h / step24h)
  features[at + 10] = Math.log(step24h / spread24h)
  features[at + 11] = Math.log(spread24h / size)
  features[at + 12] = Math.log(spread1h / spread24h)
}
