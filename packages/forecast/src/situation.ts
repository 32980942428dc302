import { logit } from './logit.ts'
import type { SeriesHistory } from './series-history.ts'
import { BUCKET_MS, BUCKETS_A_DAY, BUCKETS_KEPT, EMPTY, STEPS_KEPT } from './series-history.ts'
import type { Target } from './target.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Cells of the tables: level by recency, time since above, time of day, minute of the hour, peaks by trend, level alone. */
export const TABLE_SIZES: readonly number[] = [40, 48, 48, 40, 36, 16]
export const TABLES: number = TABLE_SIZES.length

const LEVEL_EDGES = [0.1, 0.25, 0.5, 0.8, 1.2, 1.8, 2.6]
const FINE_EDGES = [0.03, 0.08, 0.15, 0.25, 0.37, 0.5, 0.65, 0.8, 1, 1.25, 1.55, 1.9, 2.4, 3.2, 4.5]
const REACH_EDGES = [0.05, 0.2, 0.4, 0.7, 1]
const TREND_EDGES = [-0.3, -0.08, 0.02, 0.1, 0.3]

export const FEATURES = [
  'gapSteps1h', 'gapSteps24h', 'gapLevels1h', 'gapLevels24h', 'gapLevels7d', 'meanGap24h', 'meanGap7d', 'meanGap1h',
  'levelRatio', 'meanRatio24h',
  'reach5', 'reach15', 'reach30', 'reach1h', 'reach3h', 'reach6h', 'reach24h', 'reach7d',
  'peakGap30', 'peakGap3h', 'peakGap24h',
  'fall5', 'fall15', 'fall30',
  'trend5', 'trend15', 'trend1h', 'trend6h', 'trend24h', 'step1', 'step3', 'slope',
  'volatility', 'roughness', 'spread', 'dayspread',
  'above1h', 'above6h', 'above24h', 'above7d', 'aboveAll',
  'episodes6h', 'episodes24h', 'sinceAbove', 'sinceStart', 'usualInterval', 'phaseInterval', 'lastLength', 'usualLength',
  'lastInterval',
  'tableLevel', 'tableSince', 'tableDay', 'tableHour', 'tablePeak', 'tableFine', 'tail',
  'cellLevel', 'online', 'baseRate', 'recentRate', 'outcomes', 'crossed', 'age',
  'daysShare', 'daysReach', 'yesterday', 'yesterdayNow', 'hoursShare', 'hourReach', 'daysKnown', 'lastWeek',
  'cpu', 'memory', 'database', 'ratio', 'step', 'horizon',
] as const
export const FEATURE_COUNT: number = FEATURES.length

/** One moment of one target in numbers; written over and over, so that nothing is allocated. */
export class Situation {
  readonly features: Float64Array = new Float64Array(FEATURE_COUNT)
  readonly cells: Uint8Array = new Uint8Array(TABLES)
  readonly inputs: Float64Array = new Float64Array(1 + TABLES + 1 + 7)
}

function bin(value: number, edges: readonly number[]): number {
  let i = 0
  while (i < edges.length && value > edges[i]!) i++
  return i
}

function within(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value
}

/** Writes the situation of a target at the history's last sample. */
export function describeSituation(out: Situation, history: SeriesHistory, target: Target): void {
  const f = out.features
  const { moments, steps, stepCount, peaks, buckets, value: x, nowMs, wallMs, stepMs } = history
  const { limit, horizonMs, crossings } = target
  const size = Math.max(Math.abs(limit), Math.abs(x), 1e-9)
  const least = 1e-4 * size
  const gap = Math.max(limit - x, least)
  const step1h = Math.sqrt(moments[9]!) + least
  const step24h = Math.sqrt(moments[10]!) + least
  const spread1h = Math.sqrt(moments[6]!) + least
  const spread24h = Math.sqrt(moments[7]!) + least
  const spread7d = Math.sqrt(moments[8]!) + least
  const walk = Math.sqrt(horizonMs / stepMs)
  let k = 0
  f[k++] = gap / (step1h * walk)
  f[k++] = gap / (step24h * walk)
  f[k++] = gap / spread1h
  f[k++] = gap / spread24h
  const level = gap / spread7d
  f[k++] = level
  f[k++] = (limit - moments[4]!) / spread24h
  f[k++] = (limit - moments[5]!) / spread7d
  f[k++] = (limit - moments[2]!) / spread24h
  f[k++] = x / size
  f[k++] = moments[4]! / size

  // Windows of steps: how far up (reach) and how far down the last minutes went.
  const n5 = Math.max(1, Math.round((5 * MINUTE_MS) / stepMs))
  const n15 = Math.max(3, Math.round((15 * MINUTE_MS) / stepMs))
  const n30 = Math.max(6, Math.round((30 * MINUTE_MS) / stepMs))
  const n = Math.min(stepCount, STEPS_KEPT, n30)
  let high = x
  let low = x
  let high5 = x
  let low5 = x
  let high15 = x
  let low15 = x
  let sumY = 0
  let sumUY = 0
  let sumU = 0
  let sumUU = 0
  for (let i = 0; i < n; i++) {
    const v = steps[(stepCount - 1 - i) % STEPS_KEPT]!
    if (v > high) high = v
    if (v < low) low = v
    if (i < n15) {
      high15 = high
      low15 = low
      sumY += v
      sumUY -= i * v
      sumU -= i
      sumUU += i * i
      if (i < n5) {
        high5 = high
        low5 = low
      }
    }
  }
  const used = Math.min(n, n15)
  const determinant = used * sumUU - sumU * sumU
  const slope = determinant > 0 ? (used * sumUY - sumU * sumY) / determinant : 0
  const open = buckets[((history.bucket % BUCKETS_KEPT) + BUCKETS_KEPT) % BUCKETS_KEPT]!
  const peak1h = Math.max(high, open, peaks[0]!)
  const peak3h = Math.max(peak1h, peaks[1]!)
  const peak6h = Math.max(peak1h, peaks[2]!)
  const peak24h = Math.max(peak1h, peaks[3]!)
  const peak7d = Math.max(peak1h, peaks[4]!)
  f[k++] = within((high5 - x) / gap, 20)
  f[k++] = within((high15 - x) / gap, 20)
  const reach30 = within((high - x) / gap, 20)
  f[k++] = reach30
  const reach1h = within((peak1h - x) / gap, 20)
  f[k++] = reach1h
  f[k++] = within((peak3h - x) / gap, 20)
  f[k++] = within((peak6h - x) / gap, 20)
  const reach24h = within((peak24h - x) / gap, 20)
  f[k++] = reach24h
  f[k++] = within((peak7d - x) / gap, 20)
  f[k++] = (limit - high) / spread24h
  f[k++] = (limit - peak3h) / spread24h
  f[k++] = (limit - peak24h) / spread24h
  f[k++] = within((x - low5) / gap, 20)
  f[k++] = within((x - low15) / gap, 20)
  f[k++] = within((x - low) / gap, 20)
  f[k++] = within((x - moments[0]!) / gap, 20)
  const trend15 = within((x - moments[1]!) / gap, 20)
  f[k++] = trend15
  const trend1h = within((x - moments[2]!) / gap, 20)
  f[k++] = trend1h
  f[k++] = within((x - moments[3]!) / gap, 20)
  f[k++] = (x - moments[4]!) / spread24h
  const previous = n > 1 ? steps[(stepCount - 2) % STEPS_KEPT]! : x
  const third = n > 3 ? steps[(stepCount - 4) % STEPS_KEPT]! : x
  f[k++] = within((x - previous) / gap, 20)
  f[k++] = within((x - third) / gap, 20)
  f[k++] = within((slope * horizonMs) / stepMs / gap, 20)
  f[k++] = Math.log(step1h / step24h)
  f[k++] = Math.log(step24h / spread24h)
  f[k++] = Math.log(spread24h / size)
  f[k++] = Math.log(spread1h / spread24h)

  const { shares } = crossings
  f[k++] = shares[0]!
  f[k++] = shares[1]!
  f[k++] = shares[2]!
  f[k++] = shares[3]!
  f[k++] = (crossings.samplesAbove + 0.1) / (crossings.samples + 2)
  f[k++] = crossings.recentEpisodes
  f[k++] = crossings.dayEpisodes
  const never = crossings.lastAboveMs < 0
  const since = nowMs - (never ? 0 : crossings.lastAboveMs)
  const sinceSteps = Math.log2(1 + since / stepMs)
  f[k++] = never ? -1 : Math.log2(1 + since / horizonMs)
  const sinceStart = nowMs - (crossings.lastStartMs < 0 ? 0 : crossings.lastStartMs)
  f[k++] = never ? -1 : Math.log2(1 + sinceStart / horizonMs)
  const interval = crossings.usualIntervalMs
  f[k++] = interval > 0 ? Math.log2(interval / horizonMs) : 99
  f[k++] = interval > 0 ? Math.min(sinceStart / interval, 20) : -1
  f[k++] = crossings.lastLengthMs / horizonMs
  f[k++] = crossings.usualLengthMs / horizonMs
  f[k++] = crossings.lastIntervalMs > 0 ? Math.min(sinceStart / crossings.lastIntervalMs, 20) : -1

  const { cells, inputs } = out
  const recency = never ? 4 : since <= 2.5 * stepMs ? 0 : since <= horizonMs ? 1 : since <= 4 * horizonMs ? 2 : 3
  const coarse = bin(level, LEVEL_EDGES)
  cells[0] = coarse * 5 + recency
  cells[1] = Math.min(23, Math.floor(2 * sinceSteps)) * 2 + (coarse > 3 ? 1 : 0)
  cells[2] = Math.floor((wallMs % DAY_MS) / (DAY_MS / 48))
  cells[3] = Math.floor((wallMs % HOUR_MS) / (HOUR_MS / 20)) * 2 + (since <= 2 * horizonMs && !never ? 1 : 0)
  cells[4] = bin(reach1h, REACH_EDGES) * 6 + bin(trend15, TREND_EDGES)
  cells[5] = bin(level, FINE_EDGES)
  const base = target.baseRate
  const baseLogit = logit(base)
  inputs[0] = 1
  for (let t = 0; t < TABLES; t++) {
    const odds = logit(target.tables[t]!.rate(cells[t]!, base))
    f[k++] = odds
    inputs[1 + t] = odds
  }
  const tail = logit((target.tail.atLeast(gap) * target.outcomes + base) / (target.outcomes + 1))
  f[k++] = tail
  inputs[TABLES + 1] = tail
  f[k++] = target.tables[0]!.cells[2 * cells[0] + 1]!

  // The same quarter hours of other days and of other hours.
  const ahead = Math.min(16, Math.floor((wallMs + horizonMs) / BUCKET_MS) - history.bucket + 1)
  const here = history.bucket + BUCKETS_KEPT
  let days = 0
  let daysCrossed = 0
  let daysReach = 0
  let yesterday = EMPTY
  let lastWeek = EMPTY
  for (let day = 1; day <= 7; day++) {
    const peak = history.peakOf(here - day * BUCKETS_A_DAY, ahead)
    if (peak === EMPTY) continue
    if (day === 1) yesterday = peak
    if (day === 7) lastWeek = peak
    days++
    if (peak >= limit) daysCrossed++
    daysReach += within((peak - x) / gap, 3)
  }
  let hours = 0
  let hoursCrossed = 0
  let hourReach = 0
  for (let hour = 1; hour <= 8; hour++) {
    const peak = history.peakOf(here - hour * 4, ahead)
    if (peak === EMPTY) continue
    hours++
    if (peak >= limit) hoursCrossed++
    hourReach += within((peak - x) / gap, 3)
  }
  const now1d = buckets[(here - BUCKETS_A_DAY) % BUCKETS_KEPT]!
  const dayShare = (daysCrossed + base) / (days + 1)
  const dayReach = days > 0 ? daysReach / days : -9
  inputs[TABLES + 2] = logit(dayShare) * (days / 7)
  inputs[TABLES + 3] = within(level, 4) - 1.5
  inputs[TABLES + 4] = within(reach30, 1.5)
  inputs[TABLES + 5] = within(reach24h, 1.5) - 0.5
  inputs[TABLES + 6] = within(trend1h, 1.5)
  inputs[TABLES + 7] = within(f[0]!, 4) - 2
  inputs[TABLES + 8] = never ? 1 : within(sinceSteps, 12) / 6 - 1
  f[k++] = target.online.logOdds(inputs, 0)
  f[k++] = baseLogit
  f[k++] = logit(target.recentRate)
  f[k++] = Math.log2(1 + target.outcomes)
  f[k++] = Math.log2(1 + target.crossed)
  f[k++] = Math.log2(1 + nowMs / HOUR_MS)
  f[k++] = dayShare
  f[k++] = dayReach
  f[k++] = yesterday === EMPTY ? -9 : within((yesterday - x) / gap, 3)
  f[k++] = now1d === EMPTY ? -9 : within((open - now1d) / gap, 3)
  f[k++] = (hoursCrossed + base) / (hours + 1)
  f[k++] = hours > 0 ? hourReach / hours : -9
  f[k++] = days
  f[k++] = lastWeek === EMPTY ? -9 : within((lastWeek - x) / gap, 3)
  f.set(target.traits, k)
}

