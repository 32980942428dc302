import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ScopeMetrics, SignalProducer } from '../../src/index.ts'
import { DELTA } from '../../src/index.ts'
import { delivery, orders } from '../sample-metrics.ts'
import { sampleRegistry, valuesOf } from '../sample-registry.ts'

const wantsDeltas = { selectAggregationTemporality: () => DELTA }

describe('a reader that wants deltas', () => {
  it('gets what came since its own last collection, and nothing when nothing came', () => {
    const { registry, at } = sampleRegistry()
    const [a, b] = [registry.producer(wantsDeltas), registry.producer(wantsDeltas)]
    const series = registry.counter(orders).with({ shop: 'a' })
    series.add(1)
    at(2_000)
    expect(valuesOf(a.read())).toEqual({ 'sample.orders a': 1 })
    series.add(2)
    at(3_000)
    const [metric] = a.read().metrics
    expect(metric?.dataPoints).toEqual([{ startTime: [2, 0], endTime: [3, 0], attributes: { shop: 'a' }, value: 2 }])
    expect(a.read().metrics).toEqual([])
    expect(valuesOf(b.read())).toEqual({ 'sample.orders a': 3 })
    expect(valuesOf(registry.collect())).toEqual({ 'sample.orders a': 3 })
  })

  it('gets a series that took over freed cells from zero, also when it looked while they were free', () => {
    const { registry } = sampleRegistry()
    const producer = registry.producer(wantsDeltas)
    const histogram = registry.histogram(delivery)
    const first = histogram.with({ shop: 'a' })
    for (let i = 0; i < 10; i++) first.record(3)
    producer.read()
    first.remove()
    producer.read()
    histogram.with({ shop: 'b' }).record(1)
    expect(valuesOf(producer.read())).toEqual({ 'sample.delivery.duration b': { counts: [1, 0, 0, 0], sum: 1 } })
  })
})

// One step of a life: something is counted, a series ends, or a reader looks.
type Step =
  | { readonly do: 'add' | 'record'; readonly shop: number; readonly amount: number }
  | { readonly do: 'remove'; readonly shop: number }
  | { readonly do: 'read'; readonly reader: number }

const shops = fc.integer({ min: 0, max: 4 })
// Multiples of 1/4 add up exactly in any order.
const amounts = fc.integer({ min: 0, max: 40 }).map(quarters => quarters / 4)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constantFrom('add' as const, 'record' as const), shop: shops, amount: amounts }),
    fc.record({ do: fc.constant('remove' as const), shop: shops }),
    fc.record({ do: fc.constant('read' as const), reader: fc.integer({ min: 0, max: 5 }) }),
  ),
  { maxLength: 80 },
)

/** Flat numbers, so that they can be added up. */
function numbersOf(scope: ScopeMetrics): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const [key, value] of Object.entries(valuesOf(scope))) {
    if (typeof value === 'number') numbers.set(key, value)
    else {
      const { counts, sum } = value as { counts: number[]; sum: number }
      counts.forEach((count, bucket) => numbers.set(`${key} ${bucket}`, count))
      numbers.set(`${key} sum`, sum)
    }
  }
  return numbers
}

describe('any number of readers', () => {
  it('each sum their deltas to the counts, whatever happens in between and whoever else collects', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 8 }), (life, maxSeries) => {
        const { registry, at } = sampleRegistry(maxSeries)
        const counter = registry.counter(orders)
        const histogram = registry.histogram(delivery)
        const readers = Array.from({ length: 6 }, (_, i) => ({
          producer: registry.producer(i % 2 ? undefined : wantsDeltas),
          isDelta: i % 2 === 0,
          sum: new Map<string, number>(),
          // What the series that have ended since had counted when this reader last looked.
          ended: new Map<string, number>(),
          last: new Map<string, number>(),
        }))
        type Reader = (typeof readers)[number]
        const look = (reader: Reader): void => {
          const present = numbersOf(registry.collect())
          const told = numbersOf(reader.producer.read())
          if (!reader.isDelta) return expect(told).toEqual(present)
          for (const [key, value] of told) reader.sum.set(key, (reader.sum.get(key) ?? 0) + value)
          for (const key of new Set([...reader.sum.keys(), ...present.keys()])) {
            const expected = (reader.ended.get(key) ?? 0) + (present.get(key) ?? 0)
            expect(reader.sum.get(key) ?? 0, key).toBe(expected)
          }
          reader.last = present
        }
        const end = (series: { remove(): void; attributes: object; start: number }): void => {
          series.remove()
          if (series.start >= 0) return // The shared overflow series stays.
          const present = numbersOf(registry.collect())
          for (const reader of readers) {
            for (const [key, value] of reader.last) {
              if (present.has(key)) continue
              reader.ended.set(key, (reader.ended.get(key) ?? 0) + value)
              reader.last.delete(key)
            }
          }
        }

        life.forEach((step, i) => {
          at(2_000 + i)
          if (step.do === 'read') look(readers[step.reader]!)
          else {
            const shop = { shop: `s${step.shop}` }
            if (step.do === 'add') counter.with(shop).add(step.amount)
            else if (step.do === 'record') histogram.with(shop).record(step.amount)
            else {
              end(counter.with(shop))
              end(histogram.with(shop))
            }
          }
        })
        for (const reader of readers) look(reader)
      }),
      { numRuns: 400 },
    )
  })
})

describe('the collections of a producer', () => {
  it('does not change when counting goes on', () => {
    const { registry } = sampleRegistry()
    const producers: SignalProducer[] = [registry.producer(), registry.producer(wantsDeltas)]
    const series = registry.histogram(delivery).with({ shop: 'a' })
    series.record(1)
    const scopes = producers.map(producer => producer.read())
    const before = structuredClone(scopes)
    series.record(2)
    expect(scopes).toEqual(before)
  })
})
