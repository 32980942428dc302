import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { IMetricReader, ViewOptions } from '@opentelemetry/sdk-metrics'
import { compile, createStore } from '@homeostat/promql'
import type { ScopeMetrics } from '@homeostat/signals'
import { Registry } from '@homeostat/signals'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Optimizer } from '../src/index.ts'
import type { LedgerEntry } from '../src/index.ts'
import { Ingestion } from '../src/ingestion.ts'
import { SnapshotReader } from '../src/snapshot-reader.ts'
import { Loop, relieve, response, START } from './loop.ts'

/** A reader of the real SDK with its provider, collected by hand. */
class Collected {
  readonly reader: PeriodicExportingMetricReader
  readonly provider: MeterProvider

  constructor(temporality = AggregationTemporality.CUMULATIVE, views: ViewOptions[] = [], more: IMetricReader[] = []) {
    const exporter = new InMemoryMetricExporter(temporality)
    this.reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    this.provider = new MeterProvider({ readers: [this.reader, ...more], views })
  }

  async scopes(reader: IMetricReader = this.reader): Promise<ScopeMetrics[]> {
    return (await reader.collect()).resourceMetrics.scopeMetrics as ScopeMetrics[]
  }
}

/** Real collections, dated ten seconds apart, in a store. */
class Walk {
  now = Date.now() + 1000
  readonly registry = new Registry({ scope: { name: 'ours' } })
  readonly reader = new SnapshotReader([this.registry])
  readonly store = createStore()
  readonly ingestion = new Ingestion(this.store, this.registry.faults)

  constructor(...exprs: string[]) {
    for (const expr of exprs) compile(expr).bind(this.store)
  }

  async collect(...from: Collected[]): Promise<void> {
    this.now += 10_000
    for (const { reader, provider } of from)
      this.reader.offer(reader, await new Collected().scopes(reader), this.now, provider)
    this.ingestion.append(this.reader.collect(this.now))
  }

  ask(expr: string): Record<string, number> {
    const value = compile(expr).evaluate(this.store, this.now)
    if (value.type !== 'vector') throw new Error(`${expr} gives a ${value.type}`)
    return Object.fromEntries(value.samples.map(sample => [sample.labels.toString(), sample.value]))
  }

  one(expr: string): number | undefined {
    return Object.values(this.ask(expr))[0]
  }
}

describe('2-31: no zero is invented for a counter that may have had a total before', () => {
  test.each(['CUMULATIVE', 'DELTA'] as const)('an observable counter that begins at 5e9, %s', async temporality => {
    const walk = new Walk('rate(io_total[1m])', 'increase(io_total[1m])')
    const app = new Collected(AggregationTemporality[temporality])
    let total = 5e9
    app.provider
      .getMeter('m')
      .createObservableCounter('io')
      .addCallback(result => result.observe((total += 1000), { device: 'eth0' }))
    for (let i = 0; i < 8; i++) await walk.collect(app)
    expect(walk.one('rate(io_total[1m])')).toBeCloseTo(100, 5)
    expect(walk.one('increase(io_total[1m])')).toBeLessThan(6001)
  })

  test('a label set that an observable counter shows later has a past as well', async () => {
    const walk = new Walk('rate(io_total[1m])')
    const app = new Collected()
    const devices = new Map([['eth0', 7e9]])
    app.provider
      .getMeter('m')
      .createObservableCounter('io')
      .addCallback(result => {
        for (const [device, total] of devices) {
          devices.set(device, total + 1000)
          result.observe(total, { device })
        }
      })
    for (let i = 0; i < 3; i++) await walk.collect(app)
    devices.set('eth1', 3e12)
    for (let i = 0; i < 3; i++) await walk.collect(app)
    for (const rate of Object.values(walk.ask('rate(io_total[1m])'))) expect(rate).toBeLessThan(101)
  })

  test.each(['CUMULATIVE', 'DELTA'] as const)(
    'a counter and a histogram that count here begin at 0, %s',
    async temporality => {
      const walk = new Walk('increase(orders_total[1m])', 'increase(size_count[1m])', 'size_sum')
      const app = new Collected(AggregationTemporality[temporality])
      const meter = app.provider.getMeter('m')
      const orders = meter.createCounter('orders')
      await walk.collect(app)
      orders.add(12, { kind: 'new' })
      meter.createHistogram('size').record(3)
      await walk.collect(app)
      await walk.collect(app)
      // They began a real moment ago, and 20 s ago on the virtual clock.
      expect(walk.one('increase(orders_total[1m])')).toBeGreaterThan(11)
      expect(walk.one('increase(size_count[1m])')).toBeGreaterThan(0.9)
    },
  )

  test('a series of deltas that was idle for longer than the lookback goes on from its total', async () => {
    const walk = new Walk('increase(orders_total[2m])')
    const app = new Collected(AggregationTemporality.DELTA)
    const orders = app.provider.getMeter('m').createCounter('orders')
    orders.add(1000)
    for (let i = 0; i < 2; i++) await walk.collect(app)
    walk.now += 600_000
    await walk.collect(app)
    orders.add(1)
    await walk.collect(app)
    orders.add(1)
    await walk.collect(app)
    expect(walk.one('increase(orders_total[2m])')).toBeLessThan(20)
  })

  test('a counter of a process that began long ago does not jump when it is first seen', async () => {
    const walk = new Walk('increase(orders_total[1m])')
    const app = new Collected()
    const orders = app.provider.getMeter('m').createCounter('orders')
    orders.add(1e6)
    walk.now += 3_600_000
    for (let i = 0; i < 3; i++) {
      orders.add(1)
      await walk.collect(app)
    }
    expect(walk.one('increase(orders_total[1m])')).toBeLessThan(10)
  })
})

describe('2-32: series are told apart by who collected them', () => {
  const counting = (app: Collected, step: number): (() => void) => {
    const counter = app.provider.getMeter('m').createCounter('jobs')
    return () => counter.add(step)
  }

  test('two providers with the same scope and names', async () => {
    const walk = new Walk('rate(jobs_total[1m])', 'level')
    const [one, two] = [new Collected(), new Collected()]
    const grow = [counting(one, 10), counting(two, 100)]
    one.provider
      .getMeter('m')
      .createObservableGauge('level')
      .addCallback(result => result.observe(1))
    two.provider
      .getMeter('m')
      .createObservableGauge('level')
      .addCallback(result => result.observe(2))
    for (let i = 0; i < 8; i++) {
      for (const add of grow) add()
      await walk.collect(one, two)
      expect(Object.values(walk.ask('level'))).toEqual([1, 2])
    }
    expect(Object.values(walk.ask('rate(jobs_total[1m])')).map(Math.round)).toEqual([1, 10])
    expect(Object.values(walk.ask('sum(rate(jobs_total[1m]))')).map(Math.round)).toEqual([11])
    expect(Object.keys(walk.ask('level{homeostat_provider="2"}'))).toHaveLength(1)
    expect(Object.keys(walk.ask('level{homeostat_provider=""}'))).toHaveLength(1)
  })

  test('two readers of one provider deliver the same series once, and neither ends what only the other has', async () => {
    const other = new PeriodicExportingMetricReader({
      exporter: Object.assign(new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE), {
        selectAggregation: (type: InstrumentType) => ({
          type: type === InstrumentType.OBSERVABLE_GAUGE ? AggregationType.DROP : AggregationType.DEFAULT,
        }),
      }),
      exportIntervalMillis: 3_600_000,
    })
    const app = new Collected(AggregationTemporality.CUMULATIVE, [], [other as IMetricReader])
    const second = Object.assign(Object.create(Collected.prototype) as Collected, {
      reader: other,
      provider: app.provider,
    })
    const walk = new Walk('rate(jobs_total[1m])', 'level')
    const grow = counting(app, 10)
    app.provider
      .getMeter('m')
      .createObservableGauge('level')
      .addCallback(result => result.observe(1))
    for (let i = 0; i < 8; i++) {
      grow()
      await walk.collect(app)
      await walk.collect(second)
      expect(Object.values(walk.ask('level'))).toEqual([1])
    }
    const rates = Object.values(walk.ask('rate(jobs_total[1m])'))
    expect(rates).toHaveLength(1)
    // 10 in 20 s, of which the window's own samples show between 40 and 50 s.
    expect(rates[0]).toBeGreaterThan(0.3)
    expect(rates[0]).toBeLessThan(0.6)
  })

  test('two readers that cut a histogram differently are not mixed', async () => {
    const coarse = Object.assign(new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE), {
      selectAggregation: () => ({
        type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
        options: { boundaries: [100], recordMinMax: false },
      }),
    })
    const other = new PeriodicExportingMetricReader({ exporter: coarse, exportIntervalMillis: 3_600_000 })
    const app = new Collected(AggregationTemporality.CUMULATIVE, [], [other as IMetricReader])
    const second = Object.assign(Object.create(Collected.prototype) as Collected, {
      reader: other,
      provider: app.provider,
    })
    const walk = new Walk('sizes_bucket', 'jobs_total', 'jobs_count')
    const sizes = app.provider.getMeter('m').createHistogram('sizes')
    // The second reader makes a histogram of a counter, too.
    const jobs = app.provider.getMeter('m').createCounter('jobs')
    for (let i = 1; i <= 4; i++) {
      sizes.record(7)
      jobs.add(1)
      await walk.collect(app)
      await walk.collect(second)
      expect(Object.values(walk.ask('sizes_bucket{le="5"}'))).toEqual([0])
      expect(Object.values(walk.ask('sizes_bucket{le="10"}'))).toEqual([i])
      expect(Object.values(walk.ask('jobs_total'))).toEqual([i])
    }
    // Once the first has gone, the other one is used.
    walk.now += 400_000
    for (let i = 0; i < 3; i++) await walk.collect(second)
    expect(Object.values(walk.ask('sizes_bucket{le="100"}'))).toEqual([4])
    expect(Object.values(walk.ask('sizes_bucket{le="5"}'))).toEqual([])
  })

  test('attributes that exporters write as one label are one series, and arrays are text as exporters write it', async () => {
    const walk = new Walk('x_total', 'y_total')
    const app = new Collected()
    const x = app.provider.getMeter('m').createCounter('x')
    const y = app.provider.getMeter('m').createCounter('y')
    x.add(1, { 'a.b': 'v' })
    x.add(5, { a_b: 'v' })
    y.add(1, { list: ['a', 'b'], yes: true, n: 1.5 })
    for (let i = 0; i < 3; i++) await walk.collect(app)
    expect(Object.values(walk.ask('x_total'))).toEqual([1])
    expect(Object.values(walk.ask('y_total{list="[\\"a\\",\\"b\\"]", yes="true", n="1.5"}'))).toEqual([1])
  })
})

describe('2-33: whatever value an expression has, it holds', () => {
  test.each([
    ['infinite', 'test_pressure / 0 > 1'],
    ['infinite', '-test_pressure / 0 < 1'],
    ['not a number', '0 * test_pressure / 0 != 0'],
    ['not a number', 'test_pressure * NaN'],
  ])('an alert whose value is %s fires and nothing acts on it: %s', async (shown, expr) => {
    const run = vi.fn(relieve(() => Promise.resolve({ summary: 'ran', effects: {} })).run)
    const loop = new Loop({
      actions: [relieve(run)],
      rules: [{ alert: 'PressureHigh', expr, for: '10s' }],
      responses: [response],
    })
    const entries = await loop.run(60_000, () => 1)
    expect(entries.at(-1)?.firings).toHaveLength(1)
    expect(run).not.toHaveBeenCalled()
    const { reason, detail } = entries.at(-1)!.refusals[0]!
    expect(reason).toBe('missing data')
    expect(detail).toContain(`its value is ${shown}`)
    await loop.optimizer.stop()
  })

  test('comparisons with NaN are those of Prometheus: only != holds', async () => {
    const rules = ['==', '!=', '<', '<=', '>', '>='].map(operator => ({
      alert: operator,
      expr: `(0 * test_pressure / 0) ${operator} 0`,
    }))
    const loop = new Loop({ actions: [], rules, responses: [] })
    const entries = await loop.run(10_000, () => 1)
    expect(entries.at(-1)?.firings.map(({ alert }) => alert)).toEqual(['!='])
    await loop.optimizer.stop()
  })
})

test('2-35: a label that the rule sets may be on the series with another value', async () => {
  const loop = new Loop({
    actions: [],
    rules: [{ alert: 'High', expr: 'test_pressure > 0', labels: { severity: 'high', 'homeostat.trial.arm': 'none' } }],
    responses: [],
  })
  loop.half('act').set(1)
  const entries = await loop.run(10_000, () => undefined)
  expect(entries.at(-1)?.firings).toMatchObject([{ alert: 'High', labels: { homeostat_trial_arm: 'none' } }])
  await loop.optimizer.stop()
})

test.each([15, 60, 120, 140])(
  '2-35: an alert on what is exported every %i s goes on firing between two exports, and ends after two are missed',
  async seconds => {
    const loop = new Loop({ actions: [], rules: [{ alert: 'Theirs', expr: 'level > 0' }], responses: [] })
    const app = new Collected()
    app.provider
      .getMeter('m')
      .createObservableGauge('level')
      .addCallback(result => result.observe(1))
    const scopes = await app.scopes()
    const lastExport = 20 * seconds
    const firing: number[] = []
    const missing: number[] = []
    using _ = loop.optimizer.on(({ now, firings }) => {
      for (const { missingSince } of firings) (missingSince === undefined ? firing : missing).push((now - START) / 1000)
    })
    await loop.run((lastExport + 400) * 1000, elapsedMs => {
      const elapsed = elapsedMs / 1000
      if (elapsed % seconds === 0 && elapsed <= lastExport) loop.optimizer.offer(app.reader, scopes, app.provider)
      return undefined
    })
    // The pace of a slow reader is known after three exports.
    const known = seconds > 60 ? 3 * seconds : 0
    expect(missing.filter(at => at >= known && at <= lastExport)).toEqual([])
    expect(firing.at(-1)).toBeLessThan(lastExport + 301)
    await loop.optimizer.stop()
  },
)

const minuteOfDay = (of: string): string => `(hour(${of}) * 60 + minute(${of}))`

describe('2-34: time() and dates are the wall clock, intervals are steady', () => {
  afterEach(() => void vi.restoreAllMocks())

  test.each([2, -2, 26])('the wall clock steps by %i h', hours => {
    const { now } = Date
    const registry = new Registry({ scope: { name: 'homeostat' } })
    const optimizer = new Optimizer({
      registries: [registry],
      rules: [
        { alert: 'Old', expr: 'time() - seen_timestamp_seconds > 60' },
        { alert: 'Young', expr: 'time() - seen_timestamp_seconds < 60' },
        { alert: 'Now', expr: `abs(timestamp(seen_timestamp_seconds) - time()) < 60` },
        { alert: 'Hour', expr: `abs(${minuteOfDay('')} - on () ${minuteOfDay('seen_timestamp_seconds')}) % 1439 < 2` },
        { alert: 'Ago', expr: 'seen_timestamp_seconds offset 1m' },
        { alert: 'Stated', expr: 'abs(ALERTS_FOR_STATE{alertname="Young"} - time()) < 60' },
      ],
      responses: [],
      actions: [],
      environment: {},
    })
    const seen = registry
      .level({ name: 'seen.timestamp', kind: 'gauge', unit: 's', description: '', attributes: [] })
      .with()
    let at = performance.timeOrigin + performance.now()
    const firing = (): string[] => optimizer.tick((at += 1000)).firings.map(({ alert }) => alert)
    seen.set(now() / 1000)
    firing()
    expect(firing()).toEqual(['Young', 'Now', 'Hour', 'Stated'])

    vi.spyOn(Date, 'now').mockImplementation(() => now() + hours * 3_600_000)
    seen.set(Date.now() / 1000)
    // Rules read the ALERTS of the evaluation before.
    firing()
    expect(firing()).toEqual(['Young', 'Now', 'Hour', 'Stated'])
    seen.set(Date.now() / 1000 - 61)
    expect(firing()).toContain('Old')
    optimizer.killSwitch.trip('end')
  })
})

describe('2-38: an alert has one state: ALERTS, the ledger and homeostat.alerts agree', () => {
  const rule = { alert: 'PressureHigh', expr: 'test_pressure > 0.8', for: '10s', keepFiringFor: '10s' }
  /** High for a while, in the dead band, in the middle of it missing, high again, clear; then up and down as fast as it can. */
  const pressureAt = (second: number): number | undefined => {
    if (second < 60) return 0.9
    if (second < 120) return second < 80 || second > 95 ? 0.7 : undefined
    if (second < 180) return 0.9
    if (second < 400) return 0.3
    return Math.floor(second / 60) % 2 === 0 ? 0.9 : 0.3
  }

  test.each([{ ...response, clear: 'test_pressure < 0.5' }, response])('with clear: $clear', async answered => {
    const loop = new Loop({ actions: [], rules: [rule], responses: [answered] })
    const alerts = compile('ALERTS{alertname="PressureHigh"}').bind(loop.optimizer.store)
    const forState = compile('ALERTS_FOR_STATE').bind(loop.optimizer.store)
    const states = new Set<string>()
    let entries = 0
    const check = ({ now, firings, pending }: LedgerEntry): void => {
      entries += 1
      const value = alerts.evaluate(now)
      const shown = value.type === 'vector' ? value.samples.map(({ labels }) => labels.get('alertstate')) : []
      expect(shown, `${(now - START) / 1000} s`).toEqual([
        ...pending.map(() => 'pending'),
        ...firings.map(() => 'firing'),
      ])
      const since = forState.evaluate(now)
      const times = since.type === 'vector' ? since.samples.map(sample => sample.value * 1000) : []
      expect(times).toEqual([...pending, ...firings].map(alert => alert.since))
      const count = (state: string): number =>
        (
          loop.engine.collect().metrics.find(({ descriptor }) => descriptor.name === 'homeostat.alerts')?.dataPoints ??
          []
        )
          .filter(point => Object.values(point.attributes).includes(state))
          .reduce((total, point) => total + Number(point.value), 0)
      expect([count('pending'), count('firing')]).toEqual([pending.length, firings.length])
      for (const state of shown) states.add(state)
    }
    using _ = loop.optimizer.on(check)
    await loop.run(1500_000, elapsedMs => pressureAt(elapsedMs / 1000))
    expect(entries).toBe(301)
    expect([...states].toSorted()).toEqual(['firing', 'pending'])
    await loop.optimizer.stop()
  })

  test('a rule that a reload takes away leaves no ALERTS behind', async () => {
    const loop = new Loop({ actions: [], rules: [rule], responses: [] })
    const alerts = compile('ALERTS').bind(loop.optimizer.store)
    await loop.run(60_000, () => 0.9)
    loop.optimizer.load({ rules: [], responses: [] })
    await loop.run(65_000, () => 0.9)
    expect(alerts.evaluate(loop.now)).toMatchObject({ samples: [] })
    await loop.optimizer.stop()
  })
})
