import { describe, expect, it } from 'vitest'
import type { HistogramMetric } from '../../src/index.ts'
import { connections, delivery, orders, stock } from '../sample-metrics.ts'
import { sampleRegistry, valuesOf } from '../sample-registry.ts'

describe('a counter series', () => {
  it('adds one, or an amount', () => {
    const { registry } = sampleRegistry()
    const series = registry.counter(orders).with({ shop: 'a' })
    series.add()
    series.add(2.5)
    expect(series.value).toBe(3.5)
    expect(valuesOf(registry.collect())).toEqual({ 'sample.orders a': 3.5 })
  })

  it('ignores what would make the sum fall or never recover', () => {
    const series = sampleRegistry().registry.counter(orders).with()
    series.add(1)
    for (const amount of [-1, Number.NaN, Infinity, -Infinity]) series.add(amount)
    for (const total of [0, Number.NaN, Infinity]) series.advanceTo(total)
    expect(series.value).toBe(1)
    series.advanceTo(7)
    expect(series.value).toBe(7)
  })

  it('is one series whatever the order of its attributes', () => {
    const counter = sampleRegistry().registry.counter(orders)
    expect(counter.with({ shop: 'a', size: 1 })).toBe(counter.with({ size: 1, shop: 'a' }))
    expect(counter.with({ shop: 'a' })).not.toBe(counter.with({ shop: 'b' }))
  })

  it('keeps its attributes when the object it was bound with changes', () => {
    const attributes = { shop: 'a' }
    const series = sampleRegistry().registry.counter(orders).with(attributes)
    attributes.shop = 'b'
    expect(series.attributes).toEqual({ shop: 'a' })
  })
})

describe('a level series', () => {
  it('is exported from when it is set until it is cleared', () => {
    const { registry } = sampleRegistry()
    const series = registry.level(stock).with({ shop: 'a' })
    expect(registry.collect().metrics).toEqual([])
    series.set(3)
    series.set(2)
    expect(valuesOf(registry.collect())).toEqual({ 'sample.stock a': 2 })
    series.clear()
    expect(registry.collect().metrics).toEqual([])
    expect(series.value).toBeNaN()
  })

  it('has no value when it is set to something that is not finite', () => {
    const { registry } = sampleRegistry()
    const series = registry.level(connections).with({ shop: 'a' })
    series.set(5)
    series.set(Infinity)
    expect(registry.collect().metrics).toEqual([])
  })

  it('goes below zero and back', () => {
    const { registry } = sampleRegistry()
    registry.level(connections).with({ shop: 'a' }).set(-4)
    expect(valuesOf(registry.collect())).toEqual({ 'sample.connections a': -4 })
  })
})

describe('a histogram series', () => {
  it('counts a value that equals a bound into the bucket below it', () => {
    const { registry } = sampleRegistry()
    const series = registry.histogram(delivery).with({ shop: 'a' })
    for (const value of [0.5, 1, 1.1, 2, 5, 5.1, 100]) series.record(value)
    const [metric] = registry.collect().metrics as HistogramMetric[]
    expect(metric?.dataPoints[0]?.value).toEqual({
      buckets: { boundaries: [1, 2, 5], counts: [2, 2, 1, 2] },
      count: 7,
      sum: 114.7,
      min: 0.5,
      max: 100,
    })
    expect(series.count).toBe(7)
  })

  it('ignores a value that is not finite', () => {
    const series = sampleRegistry().registry.histogram(delivery).with()
    for (const value of [Number.NaN, Infinity, -Infinity]) series.record(value)
    expect(series.count).toBe(0)
  })

  it('is exported from its first value on', () => {
    const { registry } = sampleRegistry()
    registry.histogram(delivery).with({ shop: 'a' })
    expect(registry.collect().metrics).toEqual([])
  })

  it('works without bounds: one bucket, and no cell is shared', () => {
    const { registry } = sampleRegistry()
    const { buckets: _, ...unbounded } = delivery
    const histogram = registry.histogram(unbounded)
    const [a, b] = [histogram.with({ shop: 'a' }), histogram.with({ shop: 'b' })]
    a.record(3)
    b.record(4)
    b.record(5)
    expect(valuesOf(registry.collect())).toEqual({
      'sample.delivery.duration a': { counts: [1], sum: 3 },
      'sample.delivery.duration b': { counts: [2], sum: 9 },
    })
  })
})

describe('a removed series', () => {
  it('is exported no more, and later increments are lost', () => {
    const { registry } = sampleRegistry()
    const [counter, level, histogram] = [registry.counter(orders), registry.level(stock), registry.histogram(delivery)]
    const gone = {
      counter: counter.with({ shop: 'a' }),
      level: level.with({ shop: 'a' }),
      histogram: histogram.with({ shop: 'a' }),
    }
    for (const series of Object.values(gone)) series.remove()
    // These take the freed cells.
    counter.with({ shop: 'b' }).add(1)
    level.with({ shop: 'b' }).set(1)
    histogram.with({ shop: 'b' }).record(1)
    const before = valuesOf(registry.collect())
    gone.counter.add(100)
    gone.counter.advanceTo(100)
    gone.level.set(100)
    gone.level.clear()
    gone.histogram.record(100)
    expect(valuesOf(registry.collect())).toEqual(before)
    expect([gone.counter.value, gone.histogram.count]).toEqual([0, 0])
  })

  it('removed twice frees its cells once', () => {
    const counter = sampleRegistry().registry.counter(orders)
    const gone = counter.with({ shop: 'a' })
    gone.remove()
    gone.remove()
    const [b, c] = [counter.with({ shop: 'b' }), counter.with({ shop: 'c' })]
    gone.remove()
    b.add(1)
    c.add(2)
    expect([b.value, c.value]).toEqual([1, 2])
  })

  it('starts from zero when the same attributes come back', () => {
    const { registry, at } = sampleRegistry()
    const counter = registry.counter(orders)
    counter.with({ shop: 'a' }).add(5)
    counter.with({ shop: 'a' }).remove()
    at(9_000)
    counter.with({ shop: 'a' }).add(1)
    const [metric] = registry.collect().metrics
    expect(metric?.dataPoints).toMatchObject([{ value: 1, startTime: [9, 0], endTime: [9, 0] }])
  })
})
