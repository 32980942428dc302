import { percent } from './percent.ts'
import type { Experience } from '../experience.ts'
import type { Reason } from './reason.ts'
import type { SeriesHistory } from '../series-history.ts'
import type { Situation } from '../situation.ts'

/** What there is to say about each part of a situation. */
export function wordsOf(
  situation: Situation,
  history: SeriesHistory,
  experience: Experience,
  ratio: boolean,
): Record<Reason, string> {
  const { limit, crossings, baseRate, outcomes } = experience
  const value = (x: number): string => (ratio && limit <= 1 ? percent(x) : String(Number(x.toPrecision(3))))
  const { value: now } = history
  const { level, movement, episodes, recurrence } = situation.aspects
  const position =
    now >= limit
      ? `at ${value(now)} it is above ${value(limit)} already`
      : `at ${value(now)} it is ${level.deviations.toFixed(1)} deviations below ${value(limit)}`
  const hours = `${percent(recurrence.rateHours)} of the last hours`
  const days = recurrence.wholeDays > 0 ? `${percent(recurrence.rateDays)} of the last days and in ${hours}` : hours
  return {
    'base rate': `a crossing followed ${percent(baseRate)} of the time (${outcomes} outcomes)`,
    level: position,
    'recent peaks': `the last hour's peak was ${percent(Math.max(0, movement.reach1h))} of the gap up from here`,
    movement: `it is ${percent(Math.abs(movement.trend1h))} of the gap ${movement.trend1h < 0 ? 'below' : 'above'} its mean of an hour`,
    'last crossings': episodes.never
      ? 'it has never been above the limit'
      : `it was last above ${duration(episodes.sinceAboveMs)} ago, ${crossings.episodes} times in all`,
    calendar: `a crossing came in this window in ${days}`,
    'other series': 'what followed in other series in such a situation',
    recalibration: 'how its earlier probabilities turned out',
  }
}

function duration(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 90) return `${Math.round(minutes)} min`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`
}
