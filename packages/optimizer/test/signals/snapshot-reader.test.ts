import { expect, test } from 'vitest'
import { compile, createRules, createStore } from '@homeostat/promql'
import type { MetricData, ScopeMetrics, Temporality } from '@homeostat/signals'
import { CUMULATIVE, DELTA, Registry, SUM_POINT, hrTime } from '@homeostat/signals'
import type { MetricDefinition } from '@homeostat/semconv'
import { Ingestion } from '../../src/signals/ingestion.ts'
import { SnapshotReader } from '../../src/signals/snapshot-reader.ts'
import { START } from '../loop.ts'

const requests: MetricDefinition = {
  name: 'test.requests',
  kind: 'counter',
  unit: '{request}',
  description: '',
  attributes: [],
}

/** A walk from registries and attached readers to a store, in virtual time. */
class Walk {
  now = START
  readonly registry = new Registry({ scope: { name: 'ours', version: '1' }, clock: () => this.now })
  readonly reader = new SnapshotReader([this.registry])
  readonly store = createStore()
  readonly ingestion = new Ingestion(this.store, this.registry.faults)

  tick(): void {
    this.ingestion.append(this.reader.collect(this.now))
  }

  ask(expr: string): number[] {
    const value = compile(expr).evaluate(this.store, this.now)
    return value.type === 'vector' ? value.samples.map(sample => sample.value) : []
  }
}

const sum = (name: string, value: number, temporality: Temporality, attributes = {}): MetricData => ({
  descriptor: { name, unit: '1', description: '', valueType: 1 },
  aggregationTemporality: temporality,
  dataPointType: SUM_POINT,
  isMonotonic: true,
  dataPoints: [{ attributes: { ...attributes }, startTime: hrTime(START), endTime: hrTime(START), value }],
})

const scope = (name: string, ...metrics: MetricData[]): ScopeMetrics => ({ scope: { name }, metrics })

test('the very first events of a series count: a sum begins at 0, not at what it is when first seen', () => {
  const walk = new Walk()
  compile('increase(test_requests_total[1m])').bind(walk.store)
  walk.now += 30_000
  const series = walk.registry.counter(requests).with()
  series.add(12)
  walk.now += 5000
  walk.tick()
  walk.now += 5000
  walk.tick()

  expect(walk.ask('increase(test_requests_total[1m])')[0]).toBeGreaterThan(11)
})

test('a series that is removed disappears from the rules at once', () => {
  const walk = new Walk()
  compile('test_requests_total').bind(walk.store)
  const series = walk.registry.counter(requests).with()
  series.add()
  walk.now += 5000
  walk.tick()
  expect(walk.ask('test_requests_total')).toEqual([1])

  series.remove()
  walk.now += 5000
  walk.tick()

  expect(walk.ask('test_requests_total')).toEqual([])
})

test('rules see what attached readers collect, without our own scopes', () => {
  const walk = new Walk()
  for (const name of ['theirs_total', 'test_requests_total']) compile(name).bind(walk.store)
  walk.registry.counter(requests).with().add(3)
  walk.now += 5000
  walk.reader.offer(
    {},
    [scope('ours', sum('test.requests', 99, CUMULATIVE)), scope('them', sum('theirs', 7, CUMULATIVE))],
    walk.now,
  )
  walk.tick()

  expect(walk.ask('theirs_total')).toEqual([7])
  expect(walk.ask('test_requests_total')).toEqual([3])
})

test('2-35: if another instrumentation uses a name of ours, rules read both, distinguished by scope', () => {
  const walk = new Walk()
  for (const expr of ['test_requests_total', 'test_requests_total{kind="a"}']) compile(expr).bind(walk.store)
  const reader = {}
  for (let tick = 0; tick < 12; tick++) {
    walk.now += 5000
    // Ours begins later than theirs, which must not vanish then.
    if (tick === 5) walk.registry.counter(requests).with().add(3)
    walk.reader.offer(reader, [scope('contrib', sum('test.requests', 99, CUMULATIVE, { kind: 'a' }))], walk.now)
    walk.tick()
    expect(walk.ask('test_requests_total{kind="a"}')).toEqual([99])
  }

  expect(walk.ask('test_requests_total{otel_scope_name="ours"}')).toEqual([3])
  expect(walk.ask('test_requests_total{otel_scope_name="contrib"}')).toEqual([99])
  expect(walk.ask('sum(test_requests_total)')).toEqual([102])
})

test('deltas are summed as they arrive, and carried on while a series is idle', () => {
  const walk = new Walk()
  compile('theirs_total').bind(walk.store)
  const reader = {}
  for (const value of [2, 3]) {
    walk.now += 1000
    walk.reader.offer(reader, [scope('them', sum('theirs', value, DELTA))], walk.now)
  }
  walk.tick()
  expect(walk.ask('theirs_total')).toEqual([5])

  walk.now += 60_000
  walk.reader.offer(reader, [scope('them')], walk.now)
  walk.tick()

  expect(walk.ask('theirs_total')).toEqual([5])
})

test('a series under a reader of deltas that stays idle for good is let go, and makes room for others', () => {
  const walk = new Walk()
  compile('theirs_total').bind(walk.store)
  // Evaluating rules, even none, sweeps the store.
  const rules = createRules([], walk.store)
  const reader = {}
  for (let route = 0; route < 50; route++) {
    walk.now += 60_000
    walk.reader.offer(reader, [scope('them', sum('theirs', 1, DELTA, { route }))], walk.now)
    walk.tick()
    rules.evaluate(walk.now)
  }

  expect(walk.ask('theirs_total').length).toBeLessThanOrEqual(10)
  expect(walk.store.stats.series).toBeLessThanOrEqual(20)
})

test('two versions of one scope do not end each other', () => {
  const walk = new Walk()
  compile('theirs_total').bind(walk.store)
  const versions = ['1', '2'].map(version => ({
    scope: { name: 'them', version },
    metrics: [sum('theirs', Number(version), CUMULATIVE)],
  }))
  for (let tick = 0; tick < 3; tick++) {
    walk.now += 5000
    walk.reader.offer({}, versions, walk.now)
    walk.tick()
  }

  expect(walk.ask('theirs_total')).toEqual([1, 2])
})

test('a point that cannot be read costs its metric, and nothing else', () => {
  const walk = new Walk()
  for (const name of ['broken_total', 'theirs_total']) compile(name).bind(walk.store)
  walk.now += 5000
  const broken = sum('broken', 1, CUMULATIVE, { id: 1n as never })
  walk.reader.offer({}, [scope('them', broken, sum('theirs', 7, CUMULATIVE))], walk.now)
  walk.tick()

  expect(walk.ask('theirs_total')).toEqual([7])
  expect(walk.registry.collect().metrics.map(({ descriptor }) => descriptor.name)).toContain('homeostat.errors')
})

test('cumulative readers are all listened to; the sums of a reader of deltas never mix with their totals', () => {
  const walk = new Walk()
  compile('theirs_total').bind(walk.store)
  const delta = {}
  walk.now += 1000
  walk.reader.offer({}, [scope('them', sum('theirs', 100, CUMULATIVE))], walk.now)
  walk.now += 1000
  walk.reader.offer(delta, [scope('them', sum('theirs', 1, DELTA))], walk.now)
  walk.tick()
  expect(walk.ask('theirs_total')).toEqual([100])

  walk.now += 1000
  walk.reader.offer({}, [scope('them', sum('theirs', 101, CUMULATIVE))], walk.now)
  walk.tick()
  expect(walk.ask('theirs_total')).toEqual([101])

  // The cumulative ones are taken out of use.
  walk.now += 301_000
  walk.reader.offer(delta, [scope('them', sum('theirs', 1, DELTA))], walk.now)
  walk.tick()
  expect(walk.ask('theirs_total')).toHaveLength(1)
})

test('more delta series than are summed: those in use go on with their totals, and the further ones are left out and reported', () => {
  const walk = new Walk()
  const reader = {}
  const MOST = 20_000
  const points = Array.from({ length: MOST + 1 }, (_, n) => sum('work', 1, DELTA, { n }).dataPoints[0]!)
  const metric = { ...sum('work', 1, DELTA), dataPoints: points } as MetricData
  const faults = (): number =>
    (walk.registry.collect().metrics.find(({ descriptor }) => descriptor.name === 'homeostat.errors')?.dataPoints[0]
      ?.value ?? 0) as number
  for (let collection = 1; collection <= 3; collection++) {
    walk.reader.offer(reader, [scope('app', metric)], (walk.now += 10_000))
    const [found] = walk.reader.collect(walk.now).foreign
    const values = found!.metrics.metrics[0]!.dataPoints.map(({ value }) => value)
    expect(values).toHaveLength(MOST)
    expect(new Set(values)).toEqual(new Set([collection]))
    expect(faults()).toBe(collection)
  }
  // An idle series gives its place to a new one.
  walk.reader.offer(reader, [scope('app', metric)], (walk.now += 400_000))
  walk.reader.collect(walk.now)
  walk.now += 290_000
  walk.reader.offer(reader, [scope('app', { ...metric, dataPoints: points.slice(2) } as MetricData)], walk.now)
  walk.reader.collect(walk.now)
  walk.reader.offer(
    reader,
    [scope('app', { ...metric, dataPoints: points.slice(-1) } as MetricData)],
    (walk.now += 290_000),
  )
  expect(walk.reader.collect(walk.now).foreign[0]!.metrics.metrics[0]!.dataPoints.map(({ value }) => value)).toEqual([
    1,
  ])
})
