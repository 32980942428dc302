import type { RecordingHeader } from '@homeostat/lab/backtest'
import type { ProgramSource } from '@homeostat/optimizer'
import { createRandom, gaussian } from '@homeostat/lab/scenarios'

const START = Date.UTC(2026, 0, 1)
const METRICS = 20
const SERIES_EACH = 10
/** The default tick. */
export const TICK_MS = 5000

/** How much of the time each series is in trouble, in stretches of five minutes. */
export interface RecordedDayOptions {
  readonly hours: number
  readonly seed: number
  readonly troubled: number
}

/** A recording of 200 series, half of them counters and half gauges, line by line. */
export function* recordedDay({ hours, seed, troubled }: RecordedDayOptions): Generator<string> {
  const random = createRandom(seed)
  const metrics = Array.from({ length: METRICS }, (_, index) => ({
    name: `plant.m${index}`,
    unit: '',
    kind: index % 2 === 0 ? ('counter' as const) : ('gauge' as const),
  }))
  const series = metrics.flatMap((_, metric) =>
    Array.from({ length: SERIES_EACH }, (__, index) => ({ metric, attributes: { unit: `u${index}` }, startMs: START })),
  )
  const scopes = [{ name: 'plant', own: true, metrics, series }]
  const header: RecordingHeader = { homeostat: 'recording', version: 1, intervalMs: TICK_MS, scopes }
  yield `${JSON.stringify(header)}\n`
  const values = series.map(() => 0)
  const isTroubled = series.map(() => false)
  for (let at = START; at < START + hours * 3_600_000; at += TICK_MS) {
    series.forEach(({ metric }, index) => {
      if ((at - START) % 300_000 === 0) isTroubled[index] = random() < troubled
      const level = (isTroubled[index] ? 9 : 3) * Math.exp(0.1 * gaussian(random))
      values[index] = metric % 2 === 0 ? values[index]! + Math.round(10 * level) : Number(level.toPrecision(5))
    })
    yield `${JSON.stringify({ at, collections: [[0, at, values]] })}\n`
  }
}

/** Twenty rules that read all 200 series, one label set each, and a response to every fourth. */
export const program: ProgramSource = {
  rules: Array.from({ length: METRICS }, (_, index) =>
    index % 2 === 0
      ? { alert: `Rate${index}`, expr: `sum by (unit) (rate(plant_m${index}_total[1m])) > 12`, for: '30s' }
      : { alert: `High${index}`, expr: `avg_over_time(plant_m${index}[1m]) > 6`, for: '30s', keepFiringFor: '1m' },
  ),
  responses: Array.from({ length: METRICS / 4 }, (_, index) => ({
    to: { alert: `High${4 * index + 1}` },
    action: `plant.act${index}`,
    priority: 'slo' as const,
    clear: `avg_over_time(plant_m${4 * index + 1}[1m]) < 5`,
    expect: { expr: `plant_m${4 * index + 1}`, direction: 'down' as const },
  })),
}
