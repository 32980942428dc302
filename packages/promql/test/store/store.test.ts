import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, createStore } from '../../src/index.ts'
import { query, storeWith } from '../sample-store.ts'

test('only series that an expression selects are stored', () => {
  const store = createStore()
  compile('wanted{a="1"}').bind(store)
  const wanted = store.series({ name: 'wanted', labels: { a: '1' } })
  const other = store.series({ name: 'wanted', labels: { a: '2' } })
  wanted.append(1000, 1)
  other.append(1000, 1)
  expect([wanted.wanted, other.wanted]).toEqual([true, false])
  expect(store.stats.series).toBe(1)
})

test('a handle made before its rule was loaded starts to store when the rule is', () => {
  const store = createStore()
  const handle = store.series({ name: 'late' })
  handle.append(1000, 1)
  const late = compile('late')
  late.bind(store)
  handle.append(2000, 2)
  expect(late.evaluate(store, 2000)).toMatchObject({ samples: [{ value: 2 }] })
})

test('samples that are late or twice are ignored and counted', () => {
  const store = storeWith({
    x: [
      [10, 1],
      [10, 2],
      [5, 3],
      [15, 4],
    ],
  })
  expect(query(store, 'x[1m]', 20)).toEqual(['{__name__="x"} 1 4'])
  expect(store.stats).toMatchObject({ duplicates: 1, outOfOrder: 1 })
})

test('a sample without a usable time is ignored', () => {
  const store = storeWith({
    x: [
      [10, 1],
      [NaN, 2],
      [15, 4],
    ],
  })
  expect(query(store, 'x[1m]', 20)).toEqual(['{__name__="x"} 1 4'])
})

test('a series disappears when its samples are older than the lookback, and then leaves memory', () => {
  const store = storeWith({ x: [[0, 1]] }, { retentionMs: 300_000 })
  expect(query(store, 'x', 299.999)).toHaveLength(1)
  expect(query(store, 'x', 300)).toEqual([])
  store.sweep(200_000)
  expect(store.stats.series).toBe(1)
  store.sweep(400_000)
  expect(store.stats).toMatchObject({ series: 0, evictedSeries: 1 })
})

test('a series marked stale disappears at once and comes back with its next sample', () => {
  const store = createStore({ keep: 'all' })
  const handle = store.series({ name: 'x' })
  handle.append(1000, NaN)
  handle.append(2000, 5)
  store.markStale(handle, 3000)
  expect(query(store, 'x', 2.5)).toHaveLength(1)
  expect(query(store, 'x', 3)).toEqual([])
  expect(query(store, 'count_over_time(x[1m])', 3)).toEqual(['{} 2'])
  handle.append(4000, 6)
  expect(query(store, 'x', 4)).toEqual(['{__name__="x"} 6'])
})

test('stale marks survive the growth of the ring', () => {
  const store = createStore({ keep: 'all' })
  const handle = store.series({ name: 'x' })
  for (let i = 1; i <= 100; i++) {
    if (i === 3) handle.markStale(i * 1000)
    else handle.append(i * 1000, i === 4 ? NaN : i)
  }
  expect(query(store, 'count_over_time(x[2m])', 100)).toEqual(['{} 99'])
})

test('a clock set far back does not silence a series', () => {
  const store = createStore()
  const x = compile('x')
  x.bind(store)
  const handle = store.series({ name: 'x' })
  handle.append(10_000_000, 1)
  store.sweep(1000)
  handle.append(1000, 2)
  expect(x.evaluate(store, 1000)).toMatchObject({ samples: [{ value: 2 }] })
})

test('beyond its limits the store refuses new series and warns once', () => {
  const warnings: string[] = []
  const store = createStore({ keep: 'all', maxSeries: 2, onWarning: message => warnings.push(message) })
  for (let i = 0; i < 5; i++) store.series({ name: 'x', labels: { i: String(i) } }).append(1000, 1)
  expect(store.stats).toMatchObject({ series: 2, refusedSeries: 3 })
  expect(warnings).toEqual([
    'promql store: refused a series, more than 2 series (maxSeries); raise the limit or select fewer series',
  ])
})

test('a ring reaches back over the longest window and no further', () => {
  const store = createStore({ intervalMs: 5000 })
  const windows = compile('count_over_time(x[10m])')
  windows.bind(store)
  const handle = store.series({ name: 'x' })
  for (let i = 0; i <= 10_000; i++) handle.append(i * 5000, i)
  expect(windows.evaluate(store, 10_000 * 5000)).toMatchObject({ samples: [{ value: 120 }] })
  // 256 samples, and 32 bytes of every ring.
  expect(store.stats.bytes).toBeLessThanOrEqual(256 * 16 + 32)
  expect(store.stats.truncatedSamples).toBe(0)
})

test('memory stays bounded while ten thousand series come and go', () => {
  const store = createStore({ maxSeries: 1000, maxBytes: 4 * 2 ** 20 })
  const total = compile('sum(rate(x[1m]))')
  total.bind(store)
  let most = 0
  for (let generation = 0; generation < 100; generation++) {
    const base = generation * 600_000
    const handles = Array.from({ length: 100 }, (_, i) =>
      store.series({ name: 'x', labels: { id: `${generation}-${i}` } }),
    )
    for (let tick = 0; tick < 20; tick++) {
      for (const handle of handles) handle.append(base + tick * 5000, tick)
    }
    const value = total.evaluate(store, base + 95_000)
    expect(value.type === 'vector' && value.samples.map(sample => Math.round(sample.value))).toEqual([20])
    store.sweep(base + 95_000)
    most = Math.max(most, store.stats.series)
    expect(store.stats.bytes).toBeLessThanOrEqual(4 * 2 ** 20)
  }
  expect(most).toBeLessThanOrEqual(200)
  store.sweep(10 ** 12)
  expect(store.stats).toMatchObject({ series: 0, bytes: 0, evictedSeries: 10_000 })
})

test('results do not depend on whether samples came one by one or were appended before the query', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: -5, max: 50 })), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(points, steps => {
      const expr = compile('rate(x[2m]) or avg_over_time(x[1m])')
      const together = createStore({ keep: 'all' })
      const apart = createStore({ keep: 'all' })
      const [a, b] = [together.series({ name: 'x' }), apart.series({ name: 'x' })]
      let now = 0
      for (const [step, value] of steps) {
        now += step * 1000
        a.append(now, value)
        b.append(now, value)
        expr.evaluate(apart, now)
      }
      expect(expr.evaluate(apart, now)).toEqual(expr.evaluate(together, now))
    }),
  )
})

test('a sample that was lent can be read, and is as if it had never been there when it is taken back', () => {
  // A walk of appends, drops, stale markers and lent samples, beside a store that is lent nothing.
  const sample = fc.record({
    kind: fc.constantFrom('append' as const, 'stale' as const, 'lend' as const),
    value: fc.integer({ min: -5, max: 5 }),
    afterMs: fc.integer({ min: 1, max: 30_000 }),
  })
  const expressions = [
    'x',
    'rate(x[1m])',
    'count_over_time(x[1m])',
    'changes(x[2m])',
    'resets(x[2m])',
    'max_over_time(x[30s])',
  ]
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 200 }), samples => {
      const [lent, plain] = [createStore({ lookbackMs: 60_000 }), createStore({ lookbackMs: 60_000 })] as const
      const compiled = expressions.map(each => compile(each))
      const handles = [lent, plain].map(store => {
        for (const each of compiled) each.bind(store)
        return store.series({ name: 'x', kind: 'gauge' })
      })
      let now = 1_000_000
      for (const { kind, value, afterMs } of samples) {
        now += afterMs
        if (kind === 'lend') {
          lent.lend()
          handles[0]!.append(now, value)
          expect(compiled[0]!.evaluate(lent, now)).toMatchObject({ samples: [{ value }] })
          lent.takeBack()
        } else
          for (const handle of handles) {
            if (kind === 'append') handle.append(now, value)
            else handle.markStale(now)
          }
        for (const each of compiled) expect(each.evaluate(lent, now)).toEqual(each.evaluate(plain, now))
      }
      const { outOfOrder, duplicates, truncatedSamples } = plain.stats
      expect(lent.stats).toMatchObject({ outOfOrder, duplicates, truncatedSamples })
    }),
  )
})

test('a series keeps one lent sample at most, and one that is evicted meanwhile is left alone', () => {
  const store = createStore()
  const x = compile('x')
  const bound = x.bind(store)
  const handle = store.series({ name: 'x', kind: 'gauge' })
  handle.append(1000, 1)
  store.lend()
  handle.append(2000, 2)
  handle.append(2000, 3)
  expect(x.evaluate(store, 2000)).toMatchObject({ samples: [{ value: 2 }] })
  bound.dispose()
  store.takeBack()
  store.takeBack()
  x.bind(store)
  handle.append(3000, 4)
  expect(x.evaluate(store, 3000)).toMatchObject({ samples: [{ value: 4 }] })
})
