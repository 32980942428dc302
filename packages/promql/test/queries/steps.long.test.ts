import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { compile, createRules, createStore } from '../../src/index.ts'
import { parseRuleFile } from '../../src/rule-files.ts'
import { sortInSteps } from '../../src/words/sort-in-steps.ts'
import { atOnce, type Steps } from '../../src/words/steps.ts'

function restsOf<T>(steps: Steps<T>): number {
  let rests = 0
  while (!steps.next().done) rests++
  return rests
}

test('sorting in steps gives what sorting at once gives, equal items in their order', () => {
  const items = fc.array(fc.record({ rank: fc.integer({ min: 0, max: 9 }), id: fc.nat() }), { maxLength: 2000 })
  fc.assert(
    fc.property(items, given => {
      const sorted = [...given]
      atOnce(sortInSteps(sorted, (a, b) => a.rank - b.rank))
      expect(sorted).toEqual(given.toSorted((a, b) => a.rank - b.rank))
    }),
    { numRuns: 50 },
  )
})

describe('an expression over many series', () => {
  const exprs = [
    'rate(x_total[1m])',
    'sum by (a) (rate(x_total[1m]))',
    'x_total * on (a, b) group_left () x_total',
    'count_values("v", x_total)',
    'topk(5, x_total)',
    'quantile(0.9, x_total)',
    'label_replace(x_total, "c", "$1", "a", "(.*)")',
    'max_over_time(x_total[1m:10s])',
    'x_total or -x_total',
  ]

  function expressionOver(expr: string, count: number): ReturnType<ReturnType<typeof compile>['bind']> {
    const store = createStore({ intervalMs: 5000 })
    const bound = compile(expr).bind(store)
    for (let index = 0; index < count; index++) {
      const handle = store.series({ name: 'x', kind: 'counter', labels: { a: `${index}`, b: `${index % 7}` } })
      for (let at = 0; at <= 60_000; at += 5000) handle.append(at, index + at)
    }
    return bound
  }

  it.each(exprs)('2-09: rests as often as there are series to look at: %s', expr => {
    const few = restsOf(expressionOver(expr, 1000).evaluateInSteps(60_000))
    const many = restsOf(expressionOver(expr, 4000).evaluateInSteps(60_000))
    expect(many).toBeGreaterThanOrEqual(2 * few)
    expect(many).toBeGreaterThanOrEqual(4)
    // Steps grow with the series, or with their logarithm at most.
    expect(many).toBeLessThanOrEqual(8 * few + 8)
  })

  it('gives the same while another evaluation of it is made in between', () => {
    const bound = expressionOver('sum by (b) (rate(x_total[1m]))', 3000)
    const alone = bound.evaluate(60_000)
    const steps = bound.evaluateInSteps(60_000)
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) {
        expect(step.value).toEqual(alone)
        break
      }
      expect(bound.evaluate(30_000)).not.toEqual(alone)
    }
  })
})

test('2-10: steps of subqueries times series are counted before anything is evaluated', () => {
  const store = createStore()
  const bound = compile('max_over_time(rate(x_total[1m])[1h:1ms])').bind(store)
  expect(() => bound.evaluate(3_600_000)).toThrow(/3600000 steps of a subquery over 0 series/)
})

test('2-10: an evaluation that works for too long is given up, and the next one is made as usual', () => {
  const store = createStore({ evaluationTimeoutMs: 0 })
  const bound = compile('sum(x_total)').bind(store)
  for (let index = 0; index < 10_000; index++)
    store.series({ name: 'x', kind: 'counter', labels: { a: `${index}` } }).append(1000, 1)
  expect(() => bound.evaluate(1000)).toThrow(/query timed out: it took more than 0 ms/)
  expect(() => bound.evaluate(1000)).toThrow(/query timed out/)
})

test('2-09: rules rest while they make alerts of many samples', () => {
  const store = createStore()
  const rules = createRules([{ alert: 'A', expr: 'x_total > 0' }], store, { maxAlertsPerRule: 1000 })
  for (let index = 0; index < 5000; index++)
    store.series({ name: 'x', kind: 'counter', labels: { a: `${index}` } }).append(1000, 1)
  expect(restsOf(rules.evaluateInSteps(1000))).toBeGreaterThanOrEqual(100)
  expect(rules.evaluate(1000).limited).toEqual([{ rule: expect.anything(), kept: 1000, leftOut: 4000 }])
})

test('2-11: 200,000 aliases of one rule are refused by a limit that names their number', () => {
  const aliases = Array.from({ length: 200_000 }, () => '*r').join(', ')
  const text = `groups: [{ name: g, rules: [&r { alert: A, expr: 'vector(1)' }, ${aliases}] }]`
  expect(parseRuleFile(text, { file: 'r.yml' }).errors.map(({ message }) => message)).toEqual([
    'r.yml:1:1: 200000 YAML aliases, more than 10000: write the text out, or split the file',
  ])
})
