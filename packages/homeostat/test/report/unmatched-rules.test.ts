import { diag } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterEach, expect, test, vi } from 'vitest'
import { homeostat, type Homeostat, type HomeostatOptions } from '../../src/index.ts'

const running: Homeostat[] = []

afterEach(async () => {
  for (const h of running.splice(0)) await h.stop()
  diag.disable()
})

const INTERVAL_MS = 5000
const MINUTE_MS = 60_000

class Watched {
  readonly lines: string[] = []
  readonly h: Homeostat
  readonly reader: PeriodicExportingMetricReader
  readonly provider: MeterProvider
  readonly #readMs: number
  #now = 1_700_000_000_000
  #sinceRead = 0

  constructor(options: HomeostatOptions = {}, { isAttached = true, readMs = 10_000 } = {}) {
    const write = (line: string): void => void this.lines.push(line)
    const log = { info: write, warn: write }
    this.h = homeostat({ autoStart: false, environment: {}, log, intervalMs: INTERVAL_MS, ...options })
    running.push(this.h)
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    this.reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    if (isAttached) this.h.attach(this.reader)
    this.provider = new MeterProvider({ readers: [this.reader] })
    this.#readMs = readMs
    vi.useFakeTimers({ toFake: ['performance', 'Date'], now: this.#now })
  }

  /** Ticks for so long, and lets the reader collect. */
  async run(ms: number): Promise<this> {
    for (const end = this.#now + ms; this.#now < end;) {
      this.#now += INTERVAL_MS
      vi.advanceTimersByTime(INTERVAL_MS)
      this.#sinceRead += INTERVAL_MS
      if (this.#sinceRead >= this.#readMs) {
        this.#sinceRead = 0
        await this.reader.collect()
      }
      this.h.optimizer.tick(this.#now)
    }
    for (let turns = 0; turns < 50; turns++) await new Promise(resolve => setImmediate(resolve))
    return this
  }

  /** Lines about rules that cannot match. */
  get said(): string[] {
    return this.lines.filter(line => line.includes('cannot match'))
  }

  get findings(): string[] {
    return this.h
      .report()
      .findings.map(({ text }) => text)
      .filter(text => text.includes('cannot match'))
  }
}

afterEach(() => {
  vi.useRealTimers()
})

const rule = (expr: string, alert = 'Slow'): HomeostatOptions => ({ rules: [{ alert, expr }] })

test('a rule whose metric nobody reports is one line with the metric that was meant, and is withdrawn when the metric comes', async () => {
  const diagLines: string[] = []
  const write = (line: string): void => void diagLines.push(line)
  diag.setLogger({ error: write, warn: write, info: write, debug: () => undefined, verbose: () => undefined })
  const watched = new Watched(rule('rpc_server_request_duration_seconds > 1'))
  const meter = watched.provider.getMeter('shop')
  meter.createGauge('rpc.server.duration', { unit: 'ms' }).record(5)
  await watched.run(5 * MINUTE_MS)

  const line =
    'rule "Slow" cannot match: no source has reported rpc_server_request_duration_seconds so far; did you mean rpc_server_duration_milliseconds?'
  expect(watched.said).toEqual([`homeostat: ${line}`])
  expect(watched.findings).toEqual([line])
  expect(diagLines.filter(each => each.includes('cannot match'))).toEqual([`homeostat: ${line}`])
  expect(watched.h.explain('Slow')).toEqual({
    line,
    record: {
      rule: 'Slow',
      package: undefined,
      metrics: ['rpc_server_request_duration_seconds'],
      meant: 'rpc_server_duration_milliseconds',
      isUsual: false,
    },
  })
  expect(String(watched.h.report())).toContain(
    'Slow: no source has reported rpc_server_request_duration_seconds so far',
  )

  meter.createGauge('rpc.server.request.duration', { unit: 's' }).record(0.5)
  await watched.run(MINUTE_MS)
  expect(watched.findings).toEqual([])
  expect(watched.h.explain('Slow')?.line).toMatch(/^Slow is not firing: .* does not hold now$/)
  expect(watched.h.report().unmatchedRules.map(({ rule: name }) => name)).not.toContain('Slow')
  expect(watched.said).toHaveLength(1)
})

test('no rule is reported before the sources had their time', async () => {
  const watched = new Watched(rule('orders_total > 1'), { readMs: MINUTE_MS })
  await watched.run(2.5 * MINUTE_MS)
  expect(watched.said).toEqual([])
  await watched.run(2 * MINUTE_MS)
  expect(watched.said).toHaveLength(1)
})

test('without a reader, the line says that rules read our own metrics only', async () => {
  const watched = new Watched(rule('orders_total > 1'), { isAttached: false })
  await watched.run(2 * MINUTE_MS)
  expect(watched.said).toEqual([
    `homeostat: rule "Slow" cannot match: no source has reported orders_total so far, and no reader of the application is attached, so that rules read Homeostat's own metrics only`,
  ])
})

test('rules of packages whose library is not used are in the report, and not in the log', async () => {
  const watched = await new Watched().run(3 * MINUTE_MS)
  expect(watched.said).toEqual([])
  expect(watched.findings).toEqual([])
  const packages = new Set(watched.h.report().unmatchedRules.map(({ package: name }) => name))
  expect(packages).toContain('pg')
  expect(packages).not.toContain(undefined)
})

test('a rule on metrics of ours that are not reported yet is in the report only, and a slip in their names is a line', async () => {
  const rules = [
    { alert: 'Forecast', expr: '{"homeostat.forecast.probability"} > 0.7' },
    { alert: 'Slip', expr: 'homeostat_forecast_probabilty > 0.7' },
  ]
  const watched = await new Watched({ rules }, { isAttached: false }).run(2 * MINUTE_MS)
  expect(watched.said).toEqual([
    'homeostat: rule "Slip" cannot match: no source has reported homeostat_forecast_probabilty so far; did you mean homeostat_forecast_probability_ratio?',
  ])
  expect(watched.h.report().unmatchedRules.map(({ rule: name }) => name)).toContain('Forecast')
})

test.each([
  ['present', 'stock > 1'],
  ['in any spelling', '{"shop.stock"} > 1 or shop_stock_ratio > 1'],
  ['either of two', 'missing > 1 or shop_stock > 1'],
  ['what may be missing', 'shop_stock unless missing'],
  ['an absence', 'absent(missing)'],
  ['a histogram', 'histogram_quantile(0.9, sum by (le) (rate(shop_time_seconds_bucket[5m]))) > 1'],
  ['no metric at all', 'vector(1) > time()'],
  ['what another rule records', 'recorded > 1'],
  ['alerts', 'ALERTS{alertname="x"}'],
  ['a pattern', '{__name__=~"missing.*"}'],
  ['a scalar', 'shop_stock > scalar(missing)'],
])('a rule that reads %s may match', async (_, expr) => {
  const watched = new Watched({
    rules: [
      { alert: 'Slow', expr },
      { record: 'recorded', expr: 'vector(1)' },
    ],
  })
  const meter = watched.provider.getMeter('shop')
  meter.createGauge('shop.stock').record(5)
  meter.createGauge('stock').record(5)
  meter.createHistogram('shop.time', { unit: 's' }).record(5)
  await watched.run(2 * MINUTE_MS)
  expect(watched.said).toEqual([])
})

test.each([
  ['shop_stock and missing', ['missing']],
  ['missing / shop_stock > 1', ['missing']],
  ['sum(rate(missing[5m])) > 1 or max_over_time(other[1h:1m])', ['missing', 'other']],
  ['label_replace(missing, "a", "$1", "b", "(.*)") > 1', ['missing']],
  ['topk(3, -missing offset 5m) unless shop_stock', ['missing']],
  // A histogram has no series of its plain name.
  ['shop_time_seconds > 1', ['shop_time_seconds']],
])('%s cannot match without %j', async (expr, metrics) => {
  const watched = new Watched(rule(expr))
  const meter = watched.provider.getMeter('shop')
  meter.createGauge('shop.stock').record(5)
  meter.createHistogram('shop.time', { unit: 's' }).record(5)
  await watched.run(2 * MINUTE_MS)
  expect(watched.h.explain('Slow')?.record).toMatchObject({ metrics })
})

test('of a hundred such rules, ten are reported by name', async () => {
  const rules = Array.from({ length: 100 }, (_, n) => ({ alert: `A${n}`, expr: `missing_${n} > 1` }))
  const watched = await new Watched({ rules }).run(4 * MINUTE_MS)
  expect(watched.said).toHaveLength(11)
  expect(watched.said.at(-1)).toContain('90 more rules cannot match')
  expect(watched.h.report().unmatchedRules.filter(({ package: name }) => name === undefined)).toHaveLength(100)
})

test('above 5000 metrics, what was found stays, and one line says that no further rule is checked', async () => {
  const rules = [
    { alert: 'Slow', expr: 'missing > 1' },
    { alert: 'Late', expr: 'late > 1' },
  ]
  const watched = await new Watched({ rules }).run(2 * MINUTE_MS)
  expect(watched.findings).toHaveLength(2)
  const meter = watched.provider.getMeter('shop')
  meter.createGauge('late').record(1)
  for (let n = 0; n < 5001; n++) meter.createGauge(`order.${n}`).record(1)
  await watched.run(2 * MINUTE_MS)
  expect(watched.findings).toEqual([expect.stringContaining('rule "Slow" cannot match')])
  expect(watched.lines.filter(line => line.includes('further rules are not checked'))).toEqual([
    'homeostat: sources have reported 5000 metrics, so further rules are not checked for metrics that no source reports; look for metric names that hold data, such as ids',
  ])

  watched.h.optimizer.load({ rules: [...rules, { alert: 'New', expr: 'other > 1' }], responses: [] })
  await watched.run(MINUTE_MS)
  expect(watched.h.report().unmatchedRules.map(({ rule: name }) => name)).not.toContain('New')
  expect(watched.findings).toHaveLength(1)
})

test('a metric name that is data is not repeated', async () => {
  const watched = await new Watched(rule('{"a secret hunter2"} > 1')).run(2 * MINUTE_MS)
  expect(watched.said).toHaveLength(1)
  expect(watched.said.join()).not.toContain('hunter2')
})
