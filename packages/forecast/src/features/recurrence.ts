import { within } from '../learning/bins.ts'
import type { Experience } from '../experience.ts'
import type { SeriesHistory } from '../series-history.ts'
import { BUCKET_MS, BUCKETS_A_DAY, BUCKETS_KEPT, EMPTY } from '../series-history.ts'
import type { Level } from './level.ts'
import type { Rows } from './rows.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const HOURS_BACK = 8
const HALF_HOURS_BACK = 12
const FARTHEST = 3
const UNKNOWN = -9

/** Crossings and peaks in the same window of earlier days, hours and half hours. */
export class Recurrence {
  /** Shares of earlier days, hours, half hours, and of the best period, whose same window had a crossing. */
  rateDays = 0
  rateHours = 0
  rateHalfHours = 0
  rateBest = 0
  wholeDays = 0
  /** The same in quarters of an hour. */
  daysShare = 0
  hoursShare = 0
  daysKnown = 0

  look(features: Rows, { gap }: Level, history: SeriesHistory, experience: Experience): void {
    this.#lookAtPeaks(features, gap, history, experience)
    this.#lookAtCrossings(features, history, experience)
  }

  /** From the peaks of quarters of an hour: knows of values that only came close. */
  #lookAtPeaks(features: Rows, gap: number, history: SeriesHistory, experience: Experience): void {
    const { value, wallMs, bucket } = history
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
      const reached = within((peak - value) / gap, FARTHEST)
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
      hoursReach += within((peak - value) / gap, FARTHEST)
    }
    this.daysKnown = days
    this.daysShare = (crossed + baseRate) / (days + 1)
    this.hoursShare = (hoursCrossed + baseRate) / (hours + 1)
    features.row('daysShare', this.daysShare)
    features.row('daysReach', days > 0 ? reach / days : UNKNOWN)
    features.row('yesterdayReach', yesterday)
    features.row('hoursReach', hours > 0 ? hoursReach / hours : UNKNOWN)
    features.row('daysKnown', days)
    features.row('lastWeekReach', lastWeek)
  }

  /** From the calendar of crossings: to the minute, so that jobs that run by the clock stand out. */
  #lookAtCrossings(features: Rows, { nowMs }: SeriesHistory, experience: Experience): void {
    const { calendar, baseRate: base, horizonMs } = experience
    const slots = Math.min(32, Math.max(1, Math.round(horizonMs / calendar.slotMs)))
    const days = Math.min(7, Math.floor(nowMs / DAY_MS))
    const hours = Math.min(24, Math.floor(nowMs / HOUR_MS))
    const halfHours = Math.min(HALF_HOURS_BACK, Math.floor((2 * nowMs) / HOUR_MS))
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
    this.rateDays = (dayHits + base) / (days + 1)
    this.rateHours = (hits + base) / (hours + 1)
    this.rateHalfHours = (halfHits + base) / (halfHours + 1)
    this.rateBest = Math.max(
      this.rateDays,
      this.rateHours,
      this.rateHalfHours,
      (hits2 + base) / ((hours >> 1) + 1),
      (hits3 + base) / (Math.floor(hours / 3) + 1),
      (hits4 + base) / ((hours >> 2) + 1),
      (hits6 + base) / (Math.floor(hours / 6) + 1),
    )
    this.wholeDays = days
    features.row('calendarDays', this.rateDays)
    features.row('calendarYesterday', yesterday)
    features.row('calendarWeek', lastWeek)
    features.row('calendarHours', this.rateHours)
    features.row('calendarHalfHours', this.rateHalfHours)
    features.row('calendarHour', lastHour)
    features.row('calendarBest', this.rateBest)
  }
}
