// Replays series through the same code that runs in production and keeps rows of features with their outcomes.
import { SeriesHistory } from '../src/series-history.ts'
import { describeSituation, FEATURE_COUNT, Situation } from '../src/situation.ts'
import { Target } from '../src/target.ts'
import { traitsOf } from '../src/traits.ts'
import type { Series } from './series.ts'

const MINUTE_MS = 60_000

export interface Rows {
  readonly features: Float32Array
  readonly outcome: Uint8Array
  readonly weight: Float32Array
  readonly fold: Uint8Array
  readonly task: Uint16Array
  /** Bit 1: scored as warm; bit 2: no crossing in the last 30 minutes; bit 4: scored as cold. */
  readonly flags: Uint8Array
  readonly climatology: Float32Array
  count: number
}

export function emptyRows(capacity: number): Rows {
  return {
    features: new Float32Array(capacity * FEATURE_COUNT),
    outcome: new Uint8Array(capacity),
    weight: new Float32Array(capacity),
    fold: new Uint8Array(capacity),
    task: new Uint16Array(capacity),
    flags: new Uint8Array(capacity),
    climatology: new Float32Array(capacity),
    count: 0,
  }
}

interface Stretch {
  readonly from: number
  readonly to: number
  readonly keep: (index: number) => boolean
  readonly flags: number
  readonly weight: number
}

/** Horizons that are trained, the first is the one that is scored. */
export function horizonsOf(series: Series): readonly number[] {
  return series.intervalMs <= MINUTE_MS
    ? [15 * MINUTE_MS, 30 * MINUTE_MS, 5 * MINUTE_MS]
    : [30 * MINUTE_MS, 60 * MINUTE_MS, 15 * MINUTE_MS]
}

function replay(rows: Rows, series: Series, limit: number, horizonMs: number, task: number, fold: number, stretch: Stretch): void {
  const { values, intervalMs } = series
  const steps = horizonMs / intervalMs
  const next = nextCrossing(values, limit)
  const history = new SeriesHistory(intervalMs, intervalMs)
  const target = new Target(limit, horizonMs, intervalMs, traitsOf(series.kind, series.unit, intervalMs, horizonMs))
  const situation = new Situation()
  const first = rows.count
  const quiet = (30 * MINUTE_MS) / intervalMs
  let last = -(1 << 30)
  for (let i = 0; i < stretch.from; i++) if (values[i]! >= limit) last = i
  let a = 0.5
  let b = 4.5
  let resolved = stretch.from
  for (let i = stretch.from; i < stretch.to; i++) {
    const advance = history.observe(series.start + i * intervalMs, values[i]!, 4 * intervalMs)
    target.observe(history, advance === 'gap', situation)
    if (values[i]! >= limit) last = i
    if (values[i]! >= limit || i + steps >= values.length || !stretch.keep(i)) continue
    for (; resolved + steps <= i; resolved++) {
      if (values[resolved]! >= limit) continue
      if (next[resolved + 1]! <= resolved + steps) a++
      else b++
    }
    describeSituation(situation, history, target)
    const row = rows.count++
    rows.features.set(situation.features, row * FEATURE_COUNT)
    rows.outcome[row] = next[i + 1]! <= i + steps ? 1 : 0
    rows.fold[row] = fold
    rows.task[row] = task
    rows.flags[row] = stretch.flags | (stretch.flags & 1 && i - last > quiet ? 2 : 0)
    rows.climatology[row] = a / (a + b)
  }
  const kept = rows.count - first
  for (let row = first; row < rows.count; row++) rows.weight[row] = stretch.weight / kept
}

function nextCrossing(values: Float64Array, limit: number): Int32Array {
  const next = new Int32Array(values.length + 1).fill(1 << 30)
  for (let i = values.length - 1; i >= 0; i--) next[i] = values[i]! >= limit ? i : next[i + 1]!
  return next
}

/** Rows of one series: its second half as a grown-up, and many young instances. */
export function addSeries(rows: Rows, series: Series, firstTask: number, fold: number, others: boolean): void {
  const { values, intervalMs, scoreFrom } = series
  const n = values.length
  const stride = intervalMs <= MINUTE_MS ? 10 : 2
  series.thresholds.forEach(({ value: limit }, t) => {
    const task = firstTask + t
    horizonsOf(series).forEach((horizonMs, h) => {
      const scored = h === 0
      if (!scored && !others) return
      const longest = (intervalMs <= MINUTE_MS ? 30 : 60) * MINUTE_MS / intervalMs
      const spacing = scored ? stride : stride * 5
      replay(rows, series, limit, horizonMs, task, fold, {
        from: 0,
        to: n,
        keep: i => i >= scoreFrom && (i - scoreFrom) % spacing === 0 && i + longest < n,
        flags: scored ? 1 : 0,
        weight: scored ? 1 : 0.15,
      })
      const span = Math.round((6 * 60 * MINUTE_MS) / intervalMs)
      const young = Math.max(3, Math.round((10 * MINUTE_MS) / intervalMs))
      const runs = n > 6000 ? 6 : 2
      // The six (or two) that are scored; then others, spread over the whole series.
      if (scored)
        for (let c = 0; c < runs; c++) {
          const from = scoreFrom + Math.floor(((n - scoreFrom - span - 70) * c) / runs)
          if (from < scoreFrom) continue
          replay(rows, series, limit, horizonMs, task, fold, {
            from,
            to: Math.min(n, from + span),
            keep: i => i >= from + young && (i - from - young) % stride === 0,
            flags: 4,
            weight: 0.2 / runs,
          })
        }
      const extra = scored ? 4 * runs : runs
      for (let c = 0; c < extra; c++) {
        const from = Math.floor(((n - 2 * span - 70) * (c + 0.37)) / extra)
        if (from < 0) continue
        // Some grow to two days, so that every age is met.
        const length = c % 4 === 3 ? 8 * span : span
        const every = (length / span) * (stride * 2)
        replay(rows, series, limit, horizonMs, task, fold, {
          from,
          to: Math.min(n, from + length),
          keep: i => i >= from + young && (i - from) % every === 0,
          flags: 0,
          weight: (scored ? 0.4 : 0.1) / extra,
        })
      }
    })
  })
}
