// Replays series through the code that runs in production and keeps rows of features with what followed.
import { Traits } from '../src/features/traits.ts'
import type { Model } from '../src/model.ts'
import { SeriesHistory } from '../src/series-history.ts'
import { FEATURES, INPUTS, Situation } from '../src/situation.ts'
import { Target } from '../src/target.ts'
import type { Series } from './series.ts'

const MINUTE_MS = 60_000
const WIDTH = FEATURES.length

export interface Rows {
  readonly features: Float32Array
  readonly inputs: Float32Array
  readonly outcome: Uint8Array
  readonly weight: Float32Array
  readonly fold: Uint8Array
  count: number
}

/** Room for rows, with features, or with inputs of the regression. */
export function emptyRows(capacity: number, keep: 'features' | 'inputs'): Rows {
  return {
    features: new Float32Array(keep === 'features' ? capacity * WIDTH : 0),
    inputs: new Float32Array(keep === 'inputs' ? capacity * INPUTS.length : 0),
    outcome: new Uint8Array(capacity),
    weight: new Float32Array(capacity),
    fold: new Uint8Array(capacity),
    count: 0,
  }
}

/** One limit of one series. */
export interface Task {
  readonly series: Series
  readonly limit: number
  readonly fold: number
}

interface Stretch {
  readonly horizonMs: number
  readonly from: number
  readonly to: number
  readonly keep: (index: number) => boolean
  /** All its rows together. */
  readonly weight: number
}

/** The scored horizon first. */
function horizonsOf({ intervalMs }: Series): readonly number[] {
  return (intervalMs <= MINUTE_MS ? [15, 30, 5] : [30, 60, 15]).map(minutes => minutes * MINUTE_MS)
}

function strideOf({ intervalMs }: Series): number {
  return intervalMs <= MINUTE_MS ? 10 : 2
}

/** The second half of the series, as the benchmark scores it. */
export function addWarm(rows: Rows, task: Task, model: Model): void {
  const { series } = task
  const { values, scoreFrom, intervalMs } = series
  const longest = ((intervalMs <= MINUTE_MS ? 30 : 60) * MINUTE_MS) / intervalMs
  horizonsOf(series).forEach((horizonMs, h) => {
    const stride = strideOf(series) * (h === 0 ? 1 : 5)
    const keep = (i: number): boolean => i >= scoreFrom && (i - scoreFrom) % stride === 0 && i + longest < values.length
    replay(rows, task, model, { horizonMs, from: 0, to: values.length, keep, weight: h === 0 ? 1 : 0.15 })
  })
}

/** Young instances: those that the benchmark scores, and others all over the series, some of which grow to two days. */
export function addYoung(rows: Rows, task: Task, model: Model): void {
  const { series } = task
  const { values, scoreFrom, intervalMs } = series
  const n = values.length
  const stride = strideOf(series)
  const span = Math.round((6 * 60 * MINUTE_MS) / intervalMs)
  const young = Math.max(3, Math.round((10 * MINUTE_MS) / intervalMs))
  const runs = n > 6000 ? 6 : 2
  horizonsOf(series).forEach((horizonMs, h) => {
    if (h === 0)
      for (let run = 0; run < runs; run++) {
        const from = scoreFrom + Math.floor(((n - scoreFrom - span - 70) * run) / runs)
        if (from < scoreFrom) continue
        const keep = (i: number): boolean => i >= from + young && (i - from - young) % stride === 0
        replay(rows, task, model, {
          horizonMs,
          from,
          to: Math.min(n, from + span),
          keep,
          weight: 0.2 / runs,
        })
      }
    const others = h === 0 ? 4 * runs : runs
    for (let run = 0; run < others; run++) {
      const from = Math.floor(((n - 2 * span - 70) * (run + 0.37)) / others)
      if (from < 0) continue
      const grows = run % 4 === 3 ? 8 : 1
      const keep = (i: number): boolean => i >= from + young && (i - from) % (stride * 2 * grows) === 0
      const to = Math.min(n, from + span * grows)
      replay(rows, task, model, { horizonMs, from, to, keep, weight: (h === 0 ? 0.4 : 0.1) / others })
    }
  })
}

function replay(rows: Rows, { series, limit, fold }: Task, model: Model, stretch: Stretch): void {
  const { values, intervalMs } = series
  const { horizonMs } = stretch
  const ahead = horizonMs / intervalMs
  const next = nextCrossing(values, limit)
  const history = new SeriesHistory(intervalMs, intervalMs)
  const traits = new Traits(series.kind, series.unit, intervalMs, horizonMs)
  const target = new Target(limit, horizonMs, history, traits, model)
  const situation = new Situation()
  const first = rows.count
  for (let i = stretch.from; i < stretch.to; i++) {
    const value = values[i]!
    history.observe(series.start + i * intervalMs, value)
    target.observe(history, true, situation)
    if (value >= limit || i + ahead >= values.length || !stretch.keep(i)) continue
    const row = rows.count++
    target.logOdds(history, situation)
    if (rows.features.length > 0) rows.features.set(situation.features.values, row * WIDTH)
    if (rows.inputs.length > 0) rows.inputs.set(situation.inputs.values, row * INPUTS.length)
    rows.outcome[row] = next[i + 1]! <= i + ahead ? 1 : 0
    rows.fold[row] = fold
  }
  rows.weight.fill(stretch.weight / (rows.count - first), first, rows.count)
}

/** Of every index, the first one from it on at which the limit is crossed. */
function nextCrossing(values: Float64Array, limit: number): Int32Array {
  const next = new Int32Array(values.length + 1).fill(2 ** 30)
  for (let i = values.length - 1; i >= 0; i--) next[i] = values[i]! >= limit ? i : next[i + 1]!
  return next
}
