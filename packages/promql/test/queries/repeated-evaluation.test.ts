import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, createStore, type Value } from '../../src/index.ts'
import { query, shown, storeWith } from '../sample-store.ts'

const INTERVAL_MS = 15_000

const expressions = [
  'sum by (route) (rate(a_total[1m]))',
  'avg(increase(a_total[2m]))',
  'count by (route) (a_total > 3)',
  'stddev(a_total) or sum(a_total)',
  'sum(resets(a_total[2m])) / count(a_total)',
  'a_total / on (route) b_total',
  'a_total > on (route) group_left b_total',
  'max_over_time(a_total[1m]) - min_over_time(a_total[1m])',
  'a_total{route=~"x|y"} + on () sum(b_total)',
] as const

/** The result as text, or what went wrong. */
function outcome(evaluate: () => Value | string[]): string[] {
  try {
    const result = evaluate()
    return Array.isArray(result) ? result : shown(result)
  } catch (error) {
    return [String(error)]
  }
}

/** One tick of one series: a value, a stale marker, or nothing. */
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.nat({ max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom('stale' as const, 'nothing' as const, NaN) },
)
const names = [
  'a_total{route="x"}',
  'a_total{route="y"}',
  'a_total{route="z"}',
  'b_total{route="x"}',
  'b_total{route="y"}',
]
const history = fc.array(fc.tuple(happening, happening, happening, happening, happening), {
  minLength: 1,
  maxLength: 60,
})

test('the cache of a bound expression never changes a result', () => {
  fc.assert(
    fc.property(history, ticks => {
      const store = createStore({ intervalMs: INTERVAL_MS })
      const bound = expressions.map(expr => compile(expr).bind(store))
      const handles = names.map(text => {
        const [name = '', route = ''] = text.split(/\{route="|"\}/)
        return store.series({ name, labels: { route } })
      })
      const live = ticks.map((tick, t) => {
        const now = (t + 1) * INTERVAL_MS
        tick.forEach((what, i) => {
          if (what === 'stale') handles[i]?.markStale(now)
          else if (what !== 'nothing') handles[i]?.append(now, what)
        })
        return bound.map(expression => outcome(() => expression.evaluate(now)))
      })
      // The same once more, in a store that has room for all samples, by expressions without a past.
      const whole = storeWith({})
      const wholes = names.map(text => {
        const [name = '', route = ''] = text.split(/\{route="|"\}/)
        return whole.series({ name, labels: { route } })
      })
      ticks.forEach((tick, t) => {
        const now = (t + 1) * INTERVAL_MS
        tick.forEach((what, i) => {
          if (what === 'stale') wholes[i]?.markStale(now)
          else if (what !== 'nothing') wholes[i]?.append(now, what)
        })
        expect(live[t]).toEqual(expressions.map(expr => outcome(() => query(whole, expr, now / 1000))))
      })
    }),
    { numRuns: 60 },
  )
})

test('an ambiguous match is an error every time, and none once the series that made it so is gone', () => {
  const store = createStore({ intervalMs: INTERVAL_MS })
  const bound = compile('a_total > on () b_total').bind(store)
  const handles = ['x', 'y'].map(route => store.series({ name: 'a_total', labels: { route } }))
  const limit = store.series({ name: 'b_total', labels: {} })
  for (const handle of handles) handle.append(1000, 5)
  limit.append(1000, 3)
  expect(() => bound.evaluate(1000)).toThrow('multiple matches')
  expect(() => bound.evaluate(1000)).toThrow('multiple matches')
  handles[1]?.markStale(2000)
  expect(shown(bound.evaluate(2000))).toEqual(['{} 5'])
})

test('a counter reset counts wherever in the window it is, and not when the window begins after it', () => {
  const store = createStore({ intervalMs: INTERVAL_MS })
  const increase = compile('increase(a_total[1m])').bind(store)
  const handle = store.series({ name: 'a_total', labels: {} })
  const values = [...Array.from({ length: 30 }, (_, i) => 71 + i), 40, 41, 42, 43]
  const increases = values.map((value, i) => {
    const now = (i + 1) * INTERVAL_MS
    handle.append(now, value)
    return shown(increase.evaluate(now))
  })
  // Four samples, stretched from 45 s to 60 s: three steps of 1, or two and the 40 since the reset.
  expect(increases.slice(-5)).toEqual([['{} 4'], ['{} 56'], ['{} 56'], ['{} 56'], ['{} 4']])
})
