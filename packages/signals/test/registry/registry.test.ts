import { createNoopMeter, metrics } from '@opentelemetry/api'
import { AggregationTemporality, MeterProvider } from '@opentelemetry/sdk-metrics'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MetricData, ScopeMetrics } from '../../src/index.ts'
import { PlainReader } from '../plain-reader.ts'
import { recordDiag, type RecordedDiag } from '../recorded-diag.ts'
import { connections, delivery, orders, stock } from '../sample-metrics.ts'
import { sampleRegistry, valuesOf, type SampleRegistry } from '../sample-registry.ts'

const noopProvider = metrics.getMeterProvider()

function work({ registry }: SampleRegistry): void {
  for (const shop of ['a', 'b']) {
    registry.counter(orders).with({ shop }).add(2)
    registry.level(stock).with({ shop }).set(3)
    registry.level(connections).with({ shop }).set(-1)
    for (const seconds of [0.5, 1, 7]) registry.histogram(delivery).with({ shop }).record(seconds)
  }
}

/** A metric without its times, which differ by path. */
function timeless({ metrics: list }: ScopeMetrics): unknown[] {
  const strip = (metric: MetricData): unknown => ({
    ...metric,
    descriptor: {
      name: metric.descriptor.name,
      unit: metric.descriptor.unit,
      description: metric.descriptor.description,
    },
    dataPoints: metric.dataPoints.map(({ attributes, value }) => ({ attributes, value })),
  })
  return list.toSorted((a, b) => a.descriptor.name.localeCompare(b.descriptor.name)).map(strip)
}

let said: RecordedDiag
beforeEach(() => void (said = recordDiag()))
afterEach(() => said[Symbol.dispose]())

describe('the path through a Meter', () => {
  it('exports what the registry itself reads: names, units, kinds, attributes, values', async () => {
    const sample = sampleRegistry()
    const reader = new PlainReader()
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [reader] }))
    work(sample)
    const exported = await reader.sample()
    expect(timeless(exported)).toEqual(timeless(sample.registry.collect()))
    expect(exported.metrics).toHaveLength(4)
    expect(exported.scope).toMatchObject({ name: 'sample', version: '1.0.0' })
    expect(said.lines).toEqual([])
  })

  it('gives a delta reader deltas and a cumulative one cumulatives at the same time', async () => {
    const sample = sampleRegistry()
    const [delta, cumulative] = [new PlainReader(AggregationTemporality.DELTA), new PlainReader()]
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [delta, cumulative] }))
    work(sample)
    await delta.sample()
    work(sample)
    expect(valuesOf(await delta.sample())).toMatchObject({
      'sample.orders a': 2,
      'sample.delivery.duration a': { sum: 8.5 },
    })
    expect(valuesOf(await cumulative.sample())).toMatchObject({
      'sample.orders a': 4,
      'sample.delivery.duration a': { sum: 17 },
    })
  })

  it('exports also what had been counted before it was bound, histograms excepted', async () => {
    const sample = sampleRegistry()
    work(sample)
    const reader = new PlainReader()
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [reader] }))
    const values = valuesOf(await reader.sample())
    expect(values).toMatchObject({ 'sample.orders a': 2, 'sample.stock a': 3 })
    expect(values).not.toHaveProperty(['sample.delivery.duration a'])
  })

  it('moves to a later provider as a whole', async () => {
    const sample = sampleRegistry()
    const [earlier, later] = [new PlainReader(), new PlainReader()]
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [earlier] }))
    work(sample)
    await earlier.sample()
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [later] }))
    work(sample)
    expect(valuesOf(await earlier.sample())).not.toMatchObject({ 'sample.orders a': 4 })
    expect(valuesOf(await earlier.sample())).toMatchObject({ 'sample.delivery.duration a': { sum: 8.5 } })
    expect(valuesOf(await later.sample())).toMatchObject({
      'sample.orders a': 4,
      'sample.delivery.duration a': { sum: 8.5 },
    })
  })

  it('observes a removed series and a cleared level no more', async () => {
    const sample = sampleRegistry()
    // The SDK itself repeats the last observation to cumulative readers for good; a delta reader gets the truth.
    const reader = new PlainReader(AggregationTemporality.DELTA)
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [reader] }))
    sample.registry.counter(orders).with({ shop: 'a' }).add()
    sample.registry.level(stock).with({ shop: 'a' }).set(1)
    expect((await reader.sample()).metrics).toHaveLength(2)
    sample.registry.counter(orders).with({ shop: 'a' }).remove()
    sample.registry.level(stock).with({ shop: 'a' }).clear()
    expect((await reader.sample()).metrics).toEqual([])
  })

  it('shows a removed up-down counter as 0, which an SDK repeats, and its successor as it is', async () => {
    const sample = sampleRegistry()
    const readers = [new PlainReader(), new PlainReader(AggregationTemporality.DELTA)]
    const [cumulative, delta] = readers as [PlainReader, PlainReader]
    sample.registry.bindMeterProvider(new MeterProvider({ readers }))
    for (const shop of ['a', 'b']) sample.registry.level(connections).with({ shop }).set(3)
    expect(valuesOf(await cumulative.sample())).toEqual({ 'sample.connections a': 3, 'sample.connections b': 3 })
    expect(valuesOf(await delta.sample())).toEqual({ 'sample.connections a': 3, 'sample.connections b': 3 })
    for (const shop of ['a', 'b']) sample.registry.level(connections).with({ shop }).remove()
    sample.registry.level(connections).with({ shop: 'b' }).set(5)
    for (const _ of [1, 2])
      expect(valuesOf(await cumulative.sample())).toEqual({ 'sample.connections a': 0, 'sample.connections b': 5 })
    expect(valuesOf(await delta.sample())).toEqual({ 'sample.connections a': -3, 'sample.connections b': 2 })
  })

  it('shows the first failure of an observer in the very next collection', async () => {
    const sample = sampleRegistry()
    const reader = new PlainReader()
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [reader] }))
    work(sample)
    sample.registry.observe(() => {
      throw new RangeError('planted')
    })
    expect(valuesOf(await reader.sample())).toMatchObject({ 'sample.orders a': 2 })
    expect(Object.keys(valuesOf(await reader.sample())).join()).toContain('homeostat.errors')
  })
})

describe('a registry uses one path', () => {
  it('a producer claims it, and a MeterProvider that comes later is not bound, which is nothing to warn of', async () => {
    const sample = sampleRegistry()
    const producer = sample.registry.producer()
    const reader = new PlainReader()
    for (let i = 0; i < 3; i++)
      sample.registry.bindMeterProvider(new MeterProvider({ readers: i === 0 ? [reader] : [] }))
    work(sample)
    expect((await reader.sample()).metrics).toEqual([])
    expect(timeless(producer.read())).toEqual(timeless(sample.registry.collect()))
    expect(said.lines).toEqual([])
  })

  it('a producer takes over from an application without an SDK', () => {
    const sample = sampleRegistry()
    sample.registry.bindMeterProvider(noopProvider)
    const producer = sample.registry.producer()
    work(sample)
    expect(producer.read().metrics).toHaveLength(4)
    expect(said.lines).toEqual([])
  })

  it('takes over also where a bundler has renamed the classes of the API', () => {
    const sample = sampleRegistry()
    const noop = createNoopMeter()
    const { name } = noop.constructor
    Object.defineProperty(noop.constructor, 'name', { value: 'e', configurable: true })
    try {
      sample.registry.bindMeterProvider({ getMeter: () => noop })
    } finally {
      Object.defineProperty(noop.constructor, 'name', { value: name, configurable: true })
    }
    work(sample)
    expect(sample.registry.producer().read().metrics).toHaveLength(4)
  })

  it('a real Meter claims it, and a later producer stays empty with a warning', async () => {
    const sample = sampleRegistry()
    const reader = new PlainReader()
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [reader] }))
    const producer = sample.registry.producer()
    work(sample)
    expect(producer.read().metrics).toEqual([])
    expect((await producer.collect()).resourceMetrics.scopeMetrics).toEqual([])
    expect((await reader.sample()).metrics).toHaveLength(4)
    expect(said.lines).toEqual([
      'warn sample: already exported through a Meter; attach the reader before the SDK starts',
    ])
  })

  it('the no-op provider first and the real one after it is the order of NodeSDK, and works', async () => {
    const sample = sampleRegistry()
    sample.registry.bindMeterProvider(noopProvider)
    work(sample)
    const reader = new PlainReader()
    sample.registry.bindMeterProvider(new MeterProvider({ readers: [reader] }))
    work(sample)
    expect(valuesOf(await reader.sample())).toMatchObject({
      'sample.orders a': 4,
      'sample.delivery.duration a': { sum: 8.5 },
    })
  })
})

describe('an observer', () => {
  it('writes the present before each collection, until it is disposed', () => {
    const { registry } = sampleRegistry()
    const level = registry.level(stock).with({ shop: 'a' })
    let looks = 0
    const observation = registry.observe(() => level.set(++looks))
    expect(valuesOf(registry.collect())).toEqual({ 'sample.stock a': 1 })
    expect(valuesOf(registry.producer().read())).toEqual({ 'sample.stock a': 2 })
    observation[Symbol.dispose]()
    expect(valuesOf(registry.collect())).toEqual({ 'sample.stock a': 2 })
  })
})

it('reads at every tick what a collection gives, however the series come and go', () => {
  const sample = sampleRegistry()
  work(sample)
  const { registry } = sample
  const gone = registry.level(stock).with({ shop: 'gone' })
  gone.set(1)
  gone.remove()
  registry.level(stock).with({ shop: 'never set' })
  const read = registry.read(5000)
  const pointsOf = ({ metrics: list }: ScopeMetrics): unknown[] =>
    list.map(({ descriptor, dataPointType, dataPoints }) => ({ descriptor, dataPointType, dataPoints }))
  expect(pointsOf(read)).toEqual(pointsOf(registry.collect(5000)))

  // Values that were read do not change.
  const before = pointsOf(registry.read(5000))
  work(sample)
  expect(pointsOf(read)).toEqual(before)
})
