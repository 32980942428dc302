import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, EvaluationError, SyntaxProblem, UnsupportedFeature, type Value } from '../src/index.ts'
import { FUNCTIONS } from '../src/functions/table.ts'
import { storeWith } from './sample-store.ts'

/** Expressions that are mostly well formed, so that the evaluator is reached and not only the parser. */
const { expr } = fc.letrec<{ expr: string; vector: string; scalar: string }>(tie => ({
  scalar: fc.constantFrom('0', '1', '-1', '0.5', 'Inf', 'NaN', '1e300', 'time()', 'scalar(a)'),
  vector: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'a{x="1"}', 'b_total', '{x=~".+"}', 'h_bucket', 'vector(1)', 'a offset 30s', 'none', 'a @ 60'),
    fc.constantFrom(...FUNCTIONS.keys()).chain(name => {
      const args = FUNCTIONS.get(name)?.args ?? []
      const parts = args.map(type => {
        if (type === 'range vector')
          return fc.constantFrom('a[1m]', 'b_total[2m]', 'h_bucket[5m]', '{x!=""}[30s]', 'none[1m]')
        if (type === 'string') return fc.constantFrom('"q"', '"x"', '""')
        return type === 'scalar' ? tie('scalar') : tie('vector')
      })
      return fc.tuple(...parts).map(all => `${name}(${all.join(', ')})`)
    }),
    fc
      .tuple(
        tie('vector'),
        fc.constantFrom('+', '-', '*', '/', '%', '^', 'atan2', '==', '!=', '>', '<= bool', 'and', 'or', 'unless'),
        fc.constantFrom('', 'on (x)', 'ignoring (le)', 'on (x) group_left (y)', 'on () group_right'),
        tie('expr'),
      )
      .map(([left, operator, matching, right]) => `(${left}) ${operator} ${matching} (${right})`),
    fc
      .tuple(
        fc.constantFrom(
          'sum',
          'avg',
          'min',
          'max',
          'count',
          'group',
          'stddev',
          'topk',
          'bottomk',
          'quantile',
          'count_values',
        ),
        fc.constantFrom('', 'by (x)', 'without (le)'),
        tie('scalar'),
        tie('vector'),
      )
      .map(([name, grouping, scalar, vector]) => {
        if (name === 'count_values') return `${name} ${grouping} ("v", ${vector})`
        return `${name} ${grouping} (${['topk', 'bottomk', 'quantile'].includes(name) ? `${scalar}, ` : ''}${vector})`
      }),
  ),
  expr: fc.oneof(tie('vector'), tie('vector'), tie('scalar')),
}))

const store = storeWith({
  'a{x="1"}': [
    [0, 1],
    [30, 2],
    [60, 1],
  ],
  'a{x="2",y="z"}': [
    [0, -1],
    [30, NaN],
    [60, Infinity],
  ],
  'b_total{x="1"}': [
    [0, 5],
    [30, 9],
    [60, 2],
  ],
  'h_bucket{x="1",le="1"}': [
    [0, 5],
    [30, 9],
    [60, 12],
  ],
  'h_bucket{x="1",le="+Inf"}': [
    [0, 5],
    [30, 10],
    [60, 14],
  ],
  'h_bucket{x="1",le="oops"}': [
    [0, 5],
    [30, 10],
    [60, 14],
  ],
})

function outcome(source: string): Value | Error {
  try {
    return compile(source).evaluate(store, 60_000)
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof SyntaxProblem || error instanceof UnsupportedFeature)
      return error
    throw error
  }
}

test('an expression gives a value or one of the three errors, the same at every evaluation, and no label set twice', () => {
  let values = 0
  fc.assert(
    fc.property(expr, source => {
      const result = outcome(source)
      expect(outcome(source)).toEqual(result)
      if (result instanceof Error) return
      values += 1
      if (result.type !== 'vector') return
      expect(new Set(result.samples.map(sample => sample.labels.key)).size).toBe(result.samples.length)
    }),
    { numRuns: 2000 },
  )
  expect(values).toBeGreaterThan(500)
})
