import { describe, expect, it } from 'vitest'
import { connections, delivery, orders, stock } from '../sample-metrics.ts'
import { sampleRegistry, valuesOf } from '../sample-registry.ts'

describe('past the cap', () => {
  it('new series share one overflow series per metric, and nothing that is counted is lost', () => {
    const { registry } = sampleRegistry(2)
    const counter = registry.counter(orders)
    for (const shop of ['a', 'b', 'c', 'd']) counter.with({ shop }).add()
    registry.histogram(delivery).with({ shop: 'a' }).record(1)
    expect(valuesOf(registry.collect())).toEqual({
      'sample.orders a': 1,
      'sample.orders b': 1,
      'sample.orders overflow': 2,
      'sample.delivery.duration overflow': { counts: [1, 0, 0, 0], sum: 1 },
      // Once per metric.
      'homeostat.errors overflow': 2,
    })
  })

  it('removing what was bound past the cap leaves the shared series to the others', () => {
    const { registry } = sampleRegistry(0)
    const counter = registry.counter(orders)
    const [a, b] = [counter.with({ shop: 'a' }), counter.with({ shop: 'b' })]
    a.add()
    a.remove()
    b.add()
    expect(valuesOf(registry.collect())).toEqual({ 'sample.orders overflow': 2, 'homeostat.errors overflow': 1 })
  })

  it('levels are dropped, because the last one set would speak for all others', () => {
    const { registry } = sampleRegistry(1)
    const gauge = registry.level(stock)
    const kept = gauge.with({ shop: 'a' })
    kept.set(1)
    const dropped = ['b', 'c'].map(shop => gauge.with({ shop }))
    for (const series of dropped) series.set(9)
    registry.level(connections).with({ shop: 'a' }).set(9)
    expect(valuesOf(registry.collect())).toEqual({ 'sample.stock a': 1, 'homeostat.errors overflow': 2 })

    // Room again: whoever is bound now is exported, and those that were dropped take nothing from it.
    for (const series of dropped) series.remove()
    kept.remove()
    gauge.with({ shop: 'd' }).set(4)
    for (const series of dropped) series.set(9)
    expect(valuesOf(registry.collect())).toEqual({ 'sample.stock d': 4, 'homeostat.errors overflow': 2 })
  })

  it('a removed series makes room for another', () => {
    const counter = sampleRegistry(1).registry.counter(orders)
    counter.with({ shop: 'a' }).remove()
    expect(counter.with({ shop: 'b' }).attributes).toEqual({ shop: 'b' })
    expect(counter.with({ shop: 'c' }).attributes).toEqual({ 'otel.metric.overflow': true })
  })
})

describe('a metric', () => {
  it('is one instrument however often it is asked for', () => {
    const { registry } = sampleRegistry()
    expect(registry.counter(orders)).toBe(registry.counter(orders))
  })

  it('cannot be asked for as another kind', () => {
    const { registry } = sampleRegistry()
    expect(() => registry.counter(stock)).toThrow('sample.stock is a gauge, not a counter')
    registry.counter(orders)
    expect(() => registry.level({ ...orders, kind: 'gauge' })).toThrow(
      'sample.orders is a counter in this registry already',
    )
  })
})

describe('when 100,000 series come and go', () => {
  it('the memory of ten is used, for delta readers too', () => {
    const { registry } = sampleRegistry()
    const histogram = registry.histogram(delivery)
    const producer = registry.producer({ selectAggregationTemporality: () => 0 })
    const alive: { remove(): void }[] = []
    for (let i = 0; i < 100_000; i++) {
      const series = histogram.with({ shop: `shop ${i}` })
      series.record(1)
      alive.push(series)
      if (alive.length > 10) alive.shift()?.remove()
      if (i % 1000 === 0) producer.read()
    }
    expect([...histogram.series()]).toHaveLength(10)
    expect(histogram.cells.values.length / histogram.cells.width).toBeLessThanOrEqual(16)
  })
})

describe('levels that are no longer exported', () => {
  it('are left out until they are set again, while counts stay', () => {
    const { registry } = sampleRegistry()
    const level = registry.level(stock).with({ shop: 'a' })
    registry.counter(orders).with({ shop: 'a' }).add()
    level.set(1)
    registry.clearLevels()
    expect(valuesOf(registry.collect())).toEqual({ 'sample.orders a': 1 })
    level.set(2)
    expect(valuesOf(registry.collect())).toEqual({ 'sample.orders a': 1, 'sample.stock a': 2 })
  })
})
