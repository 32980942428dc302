import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, createRules, createStore, TooManySamples } from '../../src/index.ts'
import { query, storeWith } from '../sample-store.ts'

test('series that only a disposed expression selected leave memory, and the rest stays', () => {
  const store = createStore()
  const wide = compile('count_over_time(x[1h])').bind(store)
  const narrow = compile('x').bind(store)
  const other = compile('y').bind(store)
  const [x, y] = [store.series({ name: 'x' }), store.series({ name: 'y' })]
  for (let now = 5000; now <= 3_600_000; now += 5000) {
    x.append(now, 1)
    y.append(now, 1)
  }
  const before = store.stats
  other.dispose()
  expect(store.stats).toMatchObject({ series: 1, selections: 1 })
  expect(y.wanted).toBe(false)
  wide.dispose()
  expect(store.stats.plannedBytes).toBeLessThan(before.plannedBytes)
  expect(narrow.evaluate(3_600_000)).toMatchObject({ samples: [{ value: 1 }] })
  narrow.dispose()
  expect(store.stats).toMatchObject({ series: 0, selections: 0, bytes: 0, plannedBytes: 0 })
})

test('rules can be replaced for ever: disposed ones leave nothing behind, and the series they share stay', () => {
  const store = createStore()
  const handle = store.series({ name: 'x' })
  const load = (i: number) =>
    createRules(
      [
        { alert: 'A', expr: `max_over_time(x[1m]) > ${i}` },
        { record: 'r', expr: `sum(x{a!="${i}"})` },
        { name: 'late', queryOffset: '1m', rules: [{ alert: 'B', expr: 'x > 1' }] },
      ],
      store,
    )
  let rules = load(0)
  expect(rules.rejected).toEqual([])
  const { selections } = store.stats
  for (let i = 1; i <= 1000; i++) {
    handle.append(i * 5000, i + 1)
    expect(rules.evaluate(i * 5000).errors).toEqual([])
    const next = load(i)
    rules.dispose()
    rules = next
  }
  expect(store.stats).toMatchObject({ selections, series: 1 })
  rules.dispose()
  rules.dispose()
  expect(store.stats).toMatchObject({ selections: 0, series: 0, bytes: 0 })
  expect(rules.evaluate(6_000_000)).toMatchObject({ alerts: [], errors: [] })
})

test('an expression that is evaluated in the past keeps what it needs for that, until it is disposed of', () => {
  const store = createStore()
  const late = compile('count_over_time(x[1m])').bind(store, 600_000)
  const handle = store.series({ name: 'x' })
  for (let now = 0; now <= 3_600_000; now += 5000) handle.append(now, 1)
  expect(late.evaluate(3_000_000)).toMatchObject({ samples: [{ value: 12 }] })
  late.dispose()
  expect(store.stats).toMatchObject({ series: 0, selections: 0 })
})

test('rules that are replaced a thousand times leave nothing behind', () => {
  const store = createStore()
  const handles = Array.from({ length: 20 }, (_, i) => store.series({ name: 'x', labels: { id: String(i) } }))
  const kept = compile('sum(x)').bind(store)
  for (let i = 1; i <= 1000; i++) {
    const bound = compile(`max_over_time(x{id=~"1.*"}[${i}m]) > ${i}`).bind(store)
    for (const handle of handles) handle.append(i * 1000, i)
    bound.evaluate(i * 1000)
    bound.dispose()
  }
  expect(store.stats).toMatchObject({ series: 20, selections: 1 })
  expect(kept.evaluate(1_000_000)).toMatchObject({ samples: [{ value: 20_000 }] })
})

test.each([3_600_000, 60_000])(
  'a clock that jumps back by %d ms loses the samples after it, and nothing else',
  jumpMs => {
    const store = createStore()
    const x = compile('x').bind(store)
    const before = compile('count_over_time(x[5m])').bind(store)
    const handle = store.series({ name: 'x' })
    const start = 10_000_000
    for (let now = start; now <= start + 200_000; now += 5000) handle.append(now, now)
    const back = start + 200_000 - jumpMs
    store.sweep(back)
    handle.append(back + 5000, 7)
    expect(x.evaluate(back + 5000)).toMatchObject({ samples: [{ value: 7 }] })
    expect(store.stats.rewoundSamples + store.stats.evictedSeries).toBeGreaterThan(0)
    if (jumpMs === 60_000) expect(before.evaluate(back + 5000)).toMatchObject({ samples: [{ value: 30 }] })
  },
)

test('a counter that goes on after the clock jumped back shows one reset', () => {
  const store = createStore()
  const grown = compile('increase(x[1m])').bind(store)
  const handle = store.series({ name: 'x' })
  for (let now = 0; now <= 100_000; now += 5000) handle.append(now, 1000 + now / 1000)
  store.sweep(60_000)
  for (let now = 65_000; now <= 90_000; now += 5000) handle.append(now, now / 1000 - 60)
  const value = grown.evaluate(90_000)
  // 25 s at one a second, a reset to 5, 25 s more: 55 s were seen of a window of 60 s.
  expect(value.type === 'vector' && Math.round(value.samples[0]?.value ?? NaN)).toBe(60)
})

test('a clock set forward makes old series leave and new samples count', () => {
  const store = createStore()
  const x = compile('count_over_time(x[5m])').bind(store)
  const [a, b] = ['a', 'b'].map(id => store.series({ name: 'x', labels: { id } }))
  for (let now = 0; now <= 100_000; now += 5000) {
    a?.append(now, 1)
    b?.append(now, 1)
  }
  const later = 86_400_000
  a?.append(later, 1)
  store.sweep(later)
  expect(x.evaluate(later)).toMatchObject({ samples: [{ value: 1 }] })
  expect(store.stats).toMatchObject({ series: 1, evictedSeries: 1 })
})

test('memory never exceeds its cap, whatever the windows, and the store warns once', () => {
  const warnings: string[] = []
  const maxBytes = 2 ** 20
  const store = createStore({ maxBytes, onWarning: message => warnings.push(message) })
  compile('count_over_time(x[1d])').bind(store)
  const handles = Array.from({ length: 500 }, (_, i) => store.series({ name: 'x', labels: { id: String(i) } }))
  for (let tick = 1; tick <= 2000; tick++) {
    for (const handle of handles.slice(0, tick < 1000 ? 10 : 500)) handle.append(tick * 5000, tick)
    if (tick % 100 === 0) expect(store.stats.bytes).toBeLessThanOrEqual(maxBytes)
  }
  expect(store.stats.plannedBytes).toBeGreaterThan(maxBytes)
  expect(store.stats.truncatedSamples).toBeGreaterThan(0)
  expect(warnings).toContainEqual(expect.stringContaining('keeps fewer samples than some window needs'))
})

test('samples that come much more often than expected are kept as far as planned, and the store warns', () => {
  const warnings: string[] = []
  const store = createStore({ intervalMs: 5000, onWarning: message => warnings.push(message) })
  compile('x').bind(store)
  const handle = store.series({ name: 'x' })
  for (let now = 2500; now <= 3_600_000; now += 2500) handle.append(now, 1)
  expect(warnings).toEqual([])
  for (let now = 3_600_000; now <= 7_200_000; now += 500) handle.append(now, 1)
  expect(store.stats.truncatedSamples).toBeGreaterThan(0)
  expect(store.stats.bytes).toBeLessThanOrEqual(store.stats.plannedBytes)
  expect(warnings).toEqual([expect.stringContaining('more often than twice in 5000 ms (intervalMs); lower intervalMs')])
})

test('ten thousand series that come and go every minute leave no memory behind', () => {
  const store = createStore({ maxSeries: 25_000 })
  const total = compile('count(x)').bind(store)
  for (let minute = 1; minute <= 8; minute++) {
    const now = minute * 600_000
    for (let i = 0; i < 10_000; i++) store.series({ name: 'x', labels: { id: `${minute}-${i}` } }).append(now, 1)
    expect(total.evaluate(now)).toMatchObject({ samples: [{ value: 10_000 }] })
    store.sweep(now)
    expect(store.stats.series).toBe(10_000)
    // Rings of 16 samples, some of them left for the next series.
    expect(store.stats.bytes).toBeLessThanOrEqual(1.2 * 10_000 * (16 * 16 + 32))
  }
  store.sweep(10 ** 10)
  expect(store.stats).toMatchObject({ series: 0, bytes: 0, evictedSeries: 80_000 })
})

test('an evaluation that would touch too much is refused in words, and the next one is free of it', () => {
  const store = storeWith(
    {
      x: [
        [0, 1],
        [60, 2],
      ],
    },
    { maxSamples: 1000 },
  )
  const bound = compile('max_over_time(x[1y:1ms])').bind(store)
  expect(() => bound.evaluate(60_000)).toThrow(TooManySamples)
  expect(() => bound.evaluate(60_000)).toThrow(
    /would load too many samples into memory in query execution: more than 1000/,
  )
  expect(query(store, 'max_over_time(x[2m:1s])', 60)).toEqual(['{} 2'])
})

test('any sequence of samples, stale marks and clock jumps reads like a plain list of samples', () => {
  const step = fc.oneof(
    {
      arbitrary: fc.record({
        kind: fc.constant('sample'),
        ms: fc.integer({ min: 1, max: 20_000 }),
        value: fc.integer({ min: -3, max: 9 }),
      }),
      weight: 8,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('stale'),
        ms: fc.integer({ min: 1, max: 20_000 }),
        value: fc.constant(0),
      }),
      weight: 1,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('back'),
        ms: fc.integer({ min: 10_000, max: 60_000 }),
        value: fc.constant(0),
      }),
      weight: 1,
    },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const store = createStore({ intervalMs: 5000 })
      const all = compile('x[4m]').bind(store)
      const resets = compile('resets(x[4m]) or increase(x[4m]) * 0').bind(store)
      const handle = store.series({ name: 'x' })
      let list: { timestampMs: number; value: number; stale: boolean }[] = []
      let now = 10_000_000
      for (const { kind, ms, value } of steps) {
        now += kind === 'back' ? -ms : ms
        if (kind === 'sample') {
          handle.append(now, value)
          list.push({ timestampMs: now, value, stale: false })
        } else if (kind === 'stale') {
          handle.markStale(now)
          list.push({ timestampMs: now, value, stale: true })
        } else {
          store.sweep(now)
          // Samples a little ahead of the clock are taken for jitter; the next ones come after them.
          const ahead = Math.max(-Infinity, ...list.map(each => each.timestampMs))
          if (ahead > now + 5000) list = list.filter(each => each.timestampMs <= now)
          else now = Math.max(now, ahead)
        }
      }
      const found = all.evaluate(now)
      const wanted = list
        .filter(each => each.timestampMs > now - 240_000 && each.timestampMs <= now && !each.stale)
        .map(({ timestampMs, value }) => ({ timestampMs, value }))
      expect(found.type === 'matrix' && (found.series[0]?.samples ?? [])).toEqual(wanted)
      const counted = resets.evaluate(now)
      const drops = wanted.filter((each, i) => each.value < (wanted[i - 1]?.value ?? -Infinity)).length
      if (wanted.length > 0) expect(counted).toMatchObject({ samples: [{ value: drops }] })
    }),
  )
})

test('an expression disposed of twice leaves the binding alone that took its place', () => {
  const store = createStore()
  const expression = compile('x')
  const first = expression.bind(store)
  first.dispose()
  const second = expression.bind(store)
  first.dispose()
  expect(expression.bind(store)).toBe(second)
  store.series({ name: 'x' }).append(5000, 1)
  expect(second.evaluate(5000)).toMatchObject({ samples: [{ value: 1 }] })
})

test('a scalar argument is evaluated once, however many series there are', () => {
  const store = createStore({ maxSamples: 5000 })
  const bound = compile('quantile_over_time(scalar(sum(y)) / 2000, x[1m])').bind(store)
  for (let i = 0; i < 1000; i++)
    for (const name of ['x', 'y']) store.series({ name, labels: { id: String(i) } }).append(5000, 1)
  expect(bound.evaluate(5000)).toMatchObject({ samples: { length: 1000 }, annotations: [] })
})

test('a disposed expression sees nothing, least of all series that took the place of its own', () => {
  const store = createStore()
  const disposed = compile('x').bind(store)
  store.series({ name: 'x' }).append(5000, 1)
  disposed.dispose()
  compile('y').bind(store)
  store.series({ name: 'y' }).append(5000, 2)
  expect(disposed.evaluate(5000)).toMatchObject({ samples: [] })
})
