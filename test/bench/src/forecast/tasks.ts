import type { Series } from './series.ts'

const MINUTE_MS = 60_000
const QUIET_MS = 30 * MINUTE_MS
const YOUNG_MS = 10 * MINUTE_MS
const GROWN_MS = 360 * MINUTE_MS
/** The longest horizon of the benchmark: no origin is scored whose outcome lies beyond the series. */
const LONGEST_MS = { minute: 30 * MINUTE_MS, coarse: 60 * MINUTE_MS }

/** Moments at which a forecast is asked for, and what followed. */
export interface Origins {
  /** Where the forecaster begins: 0 for one that has seen everything. */
  readonly from: number
  readonly at: readonly number[]
  readonly outcome: Uint8Array
  /** What the base rate of the outcomes known by then was, with the prior Beta(0.5, 4.5). */
  readonly climatology: Float64Array
  /** 1 where there was no crossing in the last 30 minutes. */
  readonly fresh: Uint8Array
}

/** One limit of one series, over the second half and as six (or two) new instances. */
export interface Task {
  readonly series: Series
  readonly limit: number
  readonly horizonMs: number
  readonly warm: Origins
  readonly cold: readonly Origins[]
}

/** As the forecasting benchmark builds them. */
export function tasksOf(series: readonly Series[], stride: number): Task[] {
  return series.flatMap(one => one.thresholds.map(({ value }) => taskOf(one, value, stride)))
}

function taskOf(series: Series, limit: number, minutes: number): Task {
  const { values, intervalMs, scoreFrom } = series
  const n = values.length
  const fine = intervalMs === MINUTE_MS
  const stride = fine ? minutes : Math.max(1, Math.round(minutes / 5))
  const horizonMs = (fine ? 15 : 30) * MINUTE_MS
  const longest = (fine ? LONGEST_MS.minute : LONGEST_MS.coarse) / intervalMs
  const next = nextCrossing(values, limit)
  const origins = (from: number, first: number, to: number, ahead: number, known: 'all' | 'scored'): Origins => {
    const at: number[] = []
    for (let i = first; i < to && i + ahead < n; i += stride) if (values[i]! < limit) at.push(i)
    return describe(series, limit, next, horizonMs / intervalMs, from, at, known)
  }
  const cold: Origins[] = []
  const span = Math.round(GROWN_MS / intervalMs)
  const runs = n > 6000 ? 6 : 2
  for (let run = 0; run < runs; run++) {
    const from = scoreFrom + Math.floor(((n - scoreFrom - span - 70) * run) / runs)
    if (from < scoreFrom) continue
    const first = from + Math.max(3, Math.round(YOUNG_MS / intervalMs))
    const young = origins(from, first, Math.min(n, from + span), horizonMs / intervalMs, 'scored')
    if (young.at.length > 0) cold.push(young)
  }
  return { series, limit, horizonMs, warm: origins(0, scoreFrom, n, longest, 'all'), cold }
}

function describe(
  { values, intervalMs, scoreFrom }: Series,
  limit: number,
  next: Int32Array,
  ahead: number,
  from: number,
  at: readonly number[],
  known: 'all' | 'scored',
): Origins {
  let crossed = 0.5
  let not = 4.5
  let resolved = known === 'all' ? 0 : Math.max(from, scoreFrom)
  const outcome = Uint8Array.from(at, i => (next[i + 1]! <= i + ahead ? 1 : 0))
  const climatology = Float64Array.from(at, i => {
    for (; resolved + ahead <= i; resolved++) {
      if (values[resolved]! >= limit) continue
      if (next[resolved + 1]! <= resolved + ahead) crossed++
      else not++
    }
    return crossed / (crossed + not)
  })
  const quiet = QUIET_MS / intervalMs
  let last = -(2 ** 30)
  let seen = 0
  const fresh = Uint8Array.from(at, i => {
    for (; seen <= i; seen++) if (values[seen]! >= limit) last = seen
    return i - last > quiet ? 1 : 0
  })
  return { from, at, outcome, climatology, fresh }
}

/** Of every index the first one from it on at which the limit is crossed. */
function nextCrossing(values: Float64Array, limit: number): Int32Array {
  const next = new Int32Array(values.length + 1).fill(2 ** 30)
  for (let i = values.length - 1; i >= 0; i--) next[i] = values[i]! >= limit ? i : next[i + 1]!
  return next
}
