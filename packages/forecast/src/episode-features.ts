import type { SeriesHistory } from './series-history.ts'
import type { Situation } from './situation.ts'
import type { Experience } from './experience.ts'

/** How often and how regularly the series was above the limit, and how long ago. */
export const EPISODE_FEATURES = [
  'above1h',
  'above6h',
  'above24h',
  'above7d',
  'aboveAll',
  'episodes24h',
  'sinceAbove',
  'sinceStart',
  'usualInterval',
  'phaseInterval',
  'lastLength',
  'usualLength',
  'lastInterval',
] as const

/** In place of a duration that there is none of. */
const NEVER = -1
const UNKNOWN_INTERVAL = 99
const FARTHEST = 20

export function describeEpisodes(out: Situation, at: number, history: SeriesHistory, experience: Experience): void {
  const { features } = out
  const { horizonMs, crossings } = experience
  const { shares, usualIntervalMs: usual, lastIntervalMs: lastInterval } = crossings
  const never = crossings.lastAboveMs < 0
  const since = history.nowMs - (never ? 0 : crossings.lastAboveMs)
  const sinceStart = history.nowMs - (never ? 0 : crossings.lastStartMs)
  out.sinceAboveMs = since
  features[at] = shares[0]!
  features[at + 1] = shares[1]!
  features[at + 2] = shares[2]!
  features[at + 3] = shares[3]!
  features[at + 4] = (crossings.samplesAbove + 0.1) / (crossings.samples + 2)
  features[at + 5] = crossings.dayEpisodes
  features[at + 6] = never ? NEVER : Math.log2(1 + since / horizonMs)
  features[at + 7] = never ? NEVER : Math.log2(1 + sinceStart / horizonMs)
  features[at + 8] = usual > 0 ? Math.log2(usual / horizonMs) : UNKNOWN_INTERVAL
  features[at + 9] = usual > 0 ? Math.min(sinceStart / usual, FARTHEST) : NEVER
  features[at + 10] = crossings.lastLengthMs / horizonMs
  features[at + 11] = crossings.usualLengthMs / horizonMs
  features[at + 12] = lastInterval > 0 ? Math.min(sinceStart / lastInterval, FARTHEST) : NEVER
}
