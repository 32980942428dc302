import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, EvaluationError } from '../../src/index.ts'
import { query, storeWith, type Points } from '../sample-store.ts'

const every15s = (values: readonly number[]): Points => values.map((value, i) => [i * 15, value] as const)

test('increase is extrapolated to the window and never below the zero of the counter', () => {
  // Worked example: samples 15 s apart over a 60 s left-open window hold three intervals, stretched to four.
  expect(query(storeWith({ a_total: every15s([100, 115, 130, 145, 160]) }), 'increase(a_total[1m])', 60)).toEqual([
    '{} 60',
  ])
  expect(query(storeWith({ a_total: every15s([0, 0, 15, 30, 45]) }), 'increase(a_total[1m])', 60)).toEqual(['{} 45'])
})

test('a range is open on the left: a sample exactly at its start does not count', () => {
  expect(query(storeWith({ a: every15s([1, 1, 1, 1, 1]) }), 'count_over_time(a[1m])', 60)).toEqual(['{} 4'])
})

test('a counter reset counts from zero', () => {
  expect(query(storeWith({ a_total: every15s([100, 10, 20, 5, 15]) }), 'irate(a_total[1m])', 60)).toEqual([
    `{} ${10 / 15}`,
  ])
  expect(query(storeWith({ a_total: every15s([10, 20, 30, 5, 15]) }), 'resets(a_total[2m])', 60)).toEqual(['{} 1'])
})

test('the rate of a counter is never negative, whatever resets it has', () => {
  const counter = fc.array(fc.nat({ max: 1000 }), { minLength: 2, maxLength: 40 })
  fc.assert(
    fc.property(counter, fc.integer({ min: 30, max: 900 }), (values, window) => {
      const store = storeWith({ a_total: every15s(values) })
      for (const name of ['rate', 'irate', 'increase']) {
        const value = compile(`${name}(a_total[${window}s])`).evaluate(store, (values.length - 1) * 15_000)
        if (value.type === 'vector') for (const sample of value.samples) expect(sample.value).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

test('a and b, a unless b share out a; a or b holds both', () => {
  const side = fc.uniqueArray(fc.nat({ max: 12 }), { maxLength: 10 })
  fc.assert(
    fc.property(side, side, (left, right) => {
      const series: Record<string, Points> = {}
      for (const i of left) series[`a{i="${i}"}`] = [[0, i]]
      for (const i of right) series[`b{i="${i}"}`] = [[0, -i]]
      const store = storeWith(series)
      const run = (expr: string): string[] => query(store, expr, 1)
      expect([...run('a and b'), ...run('a unless b')].toSorted()).toEqual(run('a'))
      expect(run('a or b')).toHaveLength(new Set([...left, ...right]).size)
      expect(run('(a or b) and a')).toEqual(run('a'))
      expect(run('a and a')).toEqual(run('a or a'))
    }),
  )
})

test('histogram_quantile over an OpenTelemetry histogram', () => {
  const store = storeWith({})
  const histogram = store.histogram(
    { name: 'db.client.operation.duration', unit: 's', labels: { 'db.system.name': 'redis' } },
    [0.1, 0.5, 1],
  )
  for (let i = 0; i <= 12; i++) histogram.append(i * 5000, [10 * i, 5 * i, 5 * i, 0], i, 20 * i)
  expect(
    query(store, 'histogram_quantile(0.5, sum by (le) (rate({"db.client.operation.duration_bucket"}[1m])))', 60),
  ).toEqual(['{} 0.1'])
  expect(
    query(
      store,
      'round(histogram_quantile(0.75, sum by (le, "db.system.name") (rate(db_client_operation_duration_seconds_bucket[1m]))), 0.001)',
      60,
    ),
  ).toEqual(['{db_system_name="redis"} 0.5'])
})

test('ratios with group_left keep the labels of the many side', () => {
  const store = storeWith({ 'hit{pool="a",result="hit"}': [[0, 3]], 'hit{pool="a",result="miss"}': [[0, 1]] })
  expect(query(store, 'hit / on (pool) group_left sum by (pool) (hit)', 1)).toEqual([
    '{pool="a", result="hit"} 0.75',
    '{pool="a", result="miss"} 0.25',
  ])
})

test('an ambiguous match is an error that names the group and both series', () => {
  const store = storeWith({ 'a{x="1"}': [[0, 1]], 'b{x="1",y="1"}': [[0, 1]], 'b{x="1",y="2"}': [[0, 1]] })
  expect(() => query(store, 'a + on (x) b', 1)).toThrow(EvaluationError)
  expect(() => query(store, 'a + on (x) b', 1)).toThrow(
    /found duplicate series for the match group \{x="1"\} on the right hand-side/,
  )
})

test('absent names what is missing', () => {
  const store = storeWith({ x: [[0, 1]] })
  expect(query(store, 'absent(up{job="api", instance=~".+"})', 1)).toEqual(['{job="api"} 1'])
  expect(query(store, 'absent(x)', 1)).toEqual([])
  expect(query(store, 'absent_over_time(y{a="b"}[5m])', 1)).toEqual(['{a="b"} 1'])
})

test('@ and offset move where a selector looks', () => {
  const store = storeWith({
    x: [
      [0, 1],
      [60, 2],
      [120, 3],
    ],
  })
  expect(query(store, 'x offset 1m', 120)).toEqual(['{__name__="x"} 2'])
  expect(query(store, 'x @ 60', 120)).toEqual(['{__name__="x"} 2'])
  expect(query(store, 'x offset -1m', 60)).toEqual(['{__name__="x"} 3'])
})

test('scalars, strings, time and numbers with trailing dots', () => {
  const store = storeWith({ x: [[0, 4]] })
  expect(query(store, 'time() + scalar(x) * 1. + 1h', 10)).toEqual(['3614'])
  expect(query(store, '0x10 ^ 0.5', 1)).toEqual(['4'])
  expect(query(store, 'scalar(y)', 1)).toEqual(['NaN'])
  expect(query(store, String.raw`"a\tb\u00e9"`, 1)).toEqual(['a\tbé'])
  expect(query(store, 'clamp(x, 0, 2) + clamp_min(x, 5) - round(x, 3)', 1)).toEqual(['{} 4'])
})

test('a result is the same when an expression is evaluated again, and follows series that come and go', () => {
  const store = storeWith({ 'x{i="1"}': [[0, 1]] })
  const sum = compile('sum by (i) (x) * 2')
  expect(sum.evaluate(store, 1000)).toEqual(sum.evaluate(store, 1000))
  store.series({ name: 'x', labels: { i: '2' } }).append(2000, 5)
  expect(sum.evaluate(store, 2000)).toMatchObject({ samples: [{ value: 2 }, { value: 10 }] })
  expect(sum.evaluate(store, 301_000)).toMatchObject({ samples: [{ value: 10 }] })
})

test('a label called __proto__ is a label like any other', () => {
  const store = storeWith({})
  store.series({ name: 'x', labels: Object.fromEntries([['__proto__', '1']]) }).append(0, 1)
  const value = compile('x').evaluate(store, 1)
  expect(value.type === 'vector' && Object.keys(value.samples[0]?.labels.toObject() ?? {})).toEqual([
    '__name__',
    '__proto__',
  ])
})
