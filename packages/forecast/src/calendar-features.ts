import type { SeriesHistory } from './series-history.ts'
import { BUCKET_MS, BUCKETS_A_DAY, BUCKETS_KEPT, EMPTY } from './series-history.ts'
import type { Situation } from './situation.ts'
import { within } from './bins.ts'
import type { Experience } from './experience.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What happened in the same window of earlier days, hours and half hours. */
export const CALENDAR_FEATURES = [
  'daysShare',
  'daysReach',
  'yesterdayReach',
  'hoursReach',
  'daysKnown',
  'lastWeekReach',
  'calendarDays',
  'calendarYesterday',
  'calendarWeek',
  'calendarHours',
  'calendarHalfHours',
  'calendarHour',
  'calendarBest',
] as const

const HOURS_BACK = 8
const HALF_HOURS_BACK = 12
const FARTHEST = 3
const UNKNOWN = -9

export function describeCalendar(out: Situation, at: number, history: SeriesHistory, experience: Experience): void {
  peaksOfThatTime(out, at, history, experience)
  crossingsOfThatTime(out, at + 6, history, experience)
}

/** From the peaks of quarters of an hour: knows of values that only came close. */
function peaksOfThatTime(out: Situation, at: number, history: SeriesHistory, experience: Experience): void {
  const { features, gap } = out
  const { value: x, wallMs, bucket } = history
  const { limit, horizonMs, baseRate } = experience
  const ahead = Math.min(16, Math.floor((wallMs + horizonMs) / BUCKET_MS) - bucket + 1)
  const here = bucket + BUCKETS_KEPT
  let days = 0
  let crossed = 0
  let reach = 0
  let yesterday = UNKNOWN
  let lastWeek = UNKNOWN
  for (let day = 1; day <= 7; day++) {
    const peak = history.peakOf(here - day * BUCKETS_A_DAY, ahead)
    if (peak === EMPTY) continue
    const reached = within((peak - x) / gap, FARTHEST)
    if (day === 1) yesterday = reached
    if (day === 7) lastWeek = reached
    days++
    if (peak >= limit) crossed++
    reach += reached
  }
  let hours = 0
  let hoursCrossed = 0
  let hoursReach = 0
  for (let hour = 1; hour <= HOURS_BACK; hour++) {
    const peak = history.peakOf(here - hour * 4, ahead)
    if (peak === EMPTY) continue
    hours++
    if (peak >= limit) hoursCrossed++
    hoursReach += within((peak - x) / gap, FARTHEST)
  }
  out.daysKnown = days
  out.daysShare = (crossed + baseRate) / (days + 1)
  out.hoursShare = (hoursCrossed + baseRate) / (hours + 1)
  features[at] = out.daysShare
  features[at + 1] = days > 0 ? reach / days : UNKNOWN
  features[at + 2] = yesterday
  features[at + 3] = hours > 0 ? hoursReach / hours : UNKNOWN
  features[at + 4] = days
  features[at + 5] = lastWeek
}

/** From the calendar of crossings: to the minute, so that jobs that run by the clock stand out. */
function crossingsOfThatTime(out: Situation, at: number, history: SeriesHistory, experience: Experience): void {
  const { features } = out
  const { calendar, baseRate: base, horizonMs } = experience
  const slots = Math.min(32, Math.max(1, Math.round(horizonMs / calendar.slotMs)))
  const days = Math.min(7, Math.floor(history.nowMs / DAY_MS))
  const hours = Math.min(24, Math.floor(history.nowMs / HOUR_MS))
  const halfHours = Math.min(HALF_HOURS_BACK, Math.floor((2 * history.nowMs) / HOUR_MS))
  const aDay = calendar.lagOf(DAY_MS)
  const anHour = calendar.lagOf(HOUR_MS)
  let dayHits = 0
  let yesterday = 0
  let lastWeek = 0
  for (let day = 1; day <= days; day++) {
    if (!calendar.crossedAfter(day * aDay, slots)) continue
    dayHits++
    if (day === 1) yesterday = 1
    if (day === 7) lastWeek = 1
  }
  let hits = 0
  let hits2 = 0
  let hits3 = 0
  let hits4 = 0
  let hits6 = 0
  let lastHour = 0
  for (let hour = 1; hour <= hours; hour++) {
    if (!calendar.crossedAfter(hour * anHour, slots)) continue
    hits++
    if (hour === 1) lastHour = 1
    if (hour % 2 === 0) hits2++
    if (hour % 3 === 0) hits3++
    if (hour % 4 === 0) hits4++
    if (hour % 6 === 0) hits6++
  }
  let halfHits = 0
  for (let half = 1; half <= halfHours; half++)
    if (calendar.crossedAfter(calendar.lagOf((half * HOUR_MS) / 2), slots)) halfHits++
  out.rateDays = (dayHits + base) / (days + 1)
  out.rateHours = (hits + base) / (hours + 1)
  out.rateHalfHours = (halfHits + base) / (halfHours + 1)
  out.rateBest = Math.max(
    out.rateDays,
    out.rateHours,
    out.rateHalfHours,
    (hits2 + base) / ((hours >> 1) + 1),
    (hits3 + base) / (Math.floor(hours / 3) + 1),
    (hits4 + base) / ((hours >> 2) + 1),
    (hits6 + base) / (Math.floor(hours / 6) + 1),
  )
  out.wholeDays = days
  features[at] = out.rateDays
  features[at + 1] = yesterday
  features[at + 2] = lastWeek
  features[at + 3] = out.rateHours
  features[at + 4] = out.rateHalfHours
  features[at + 5] = lastHour
  features[at + 6] = out.rateBest
}
