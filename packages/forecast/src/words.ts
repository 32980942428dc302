import type { Experience } from './experience.ts'
import type { SeriesHistory } from './series-history.ts'
import type { Situation } from './situation.ts'

/** What a contribution comes from. */
export type Reason =
  | 'base rate'
  | 'level'
  | 'recent peaks'
  | 'movement'
  | 'last crossings'
  | 'calendar'
  | 'other series'
  | 'recalibration'

/** What there is to say about each part of a situation. */
export function wordsOf(
  situation: Situation,
  history: SeriesHistory,
  experience: Experience,
  ratio: boolean,
): Record<Reason, string> {
  const { limit, crossings, baseRate, outcomes } = experience
  const value = (x: number): string => (ratio && limit <= 1 ? percent(x) : String(Number(x.toPrecision(3))))
  const { value: now, nowMs } = history
  const never = crossings.lastAboveMs < 0
  const level =
    now >= limit
      ? `at ${value(now)} it is above ${value(limit)} already`
      : `at ${value(now)} it is ${situation.level.toFixed(1)} deviations below ${value(limit)}`
  const hours = `${percent(situation.rateHours)} of the last hours`
  const days = situation.wholeDays > 0 ? `${percent(situation.rateDays)} of the last days and in ${hours}` : hours
  return {
    'base rate': `a crossing followed ${percent(baseRate)} of the time (${outcomes} outcomes)`,
    level,
    'recent peaks': `the last hour's peak was ${percent(Math.max(0, situation.reach1h))} of the gap up from here`,
    movement: `it is ${percent(Math.abs(situation.trend1h))} of the gap ${situation.trend1h < 0 ? 'below' : 'above'} its mean of an hour`,
    'last crossings': never
      ? 'it has never been above the limit'
      : `it was last above ${duration(nowMs - crossings.lastAboveMs)} ago, ${crossings.episodes} times in all`,
    calendar: `a crossing came in this window in ${days}`,
    'other series': 'what followed in other series in such a situation',
    recalibration: 'how its earlier probabilities turned out',
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function duration(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 90) return `${Math.round(minutes)} min`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`
}
