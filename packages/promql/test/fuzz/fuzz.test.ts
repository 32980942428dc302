import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, EvaluationError, SyntaxProblem, UnsupportedFeature, type Value } from '../../src/index.ts'
import { storeWith } from '../sample-store.ts'
import { anyExpression } from './expressions.ts'

// `npm run fuzz` asks for 100,000.
const RUNS = Number(process.env['PROMQL_FUZZ_RUNS'] ?? 2000)

const store = storeWith(
  {
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
    'a{x="3",constructor="z"}': [
      [0, -1],
      [50, 0],
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
    __proto__x: [[0, 1]],
    'constructor{toString="1"}': [[60, 1]],
  },
  { maxSamples: 20_000 },
)

function outcome(source: string): Value | Error {
  try {
    const expression = compile(source, { experimental: true })
    using bound = expression.bind(store)
    return bound.evaluate(60_000)
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof SyntaxProblem || error instanceof UnsupportedFeature)
      return error
    throw error
  }
}

function labelSetsOf(value: Value): string[] {
  if (value.type === 'vector') return value.samples.map(sample => sample.labels.key)
  return value.type === 'matrix' ? value.series.map(series => series.labels.key) : []
}

test(
  `${RUNS} expressions give a value or one of the known errors, the same each time, and leave nothing behind`,
  { timeout: 30_000 + RUNS * 20 },
  () => {
    const builtIn = Object.getOwnPropertyNames(Object.prototype)
    const counts = { values: 0, errors: 0 }
    let slowest = { ms: 0, source: '' }
    fc.assert(
      fc.property(anyExpression, source => {
        const startedMs = performance.now()
        const result = outcome(source)
        const ms = performance.now() - startedMs
        if (ms > slowest.ms) slowest = { ms, source }
        expect(outcome(source)).toEqual(result)
        if (result instanceof Error) counts.errors += 1
        else {
          counts.values += 1
          const keys = labelSetsOf(result)
          expect(new Set(keys).size).toBe(keys.length)
        }
      }),
      { numRuns: RUNS },
    )
    console.log(
      `${counts.values} values, ${counts.errors} errors; slowest ${slowest.ms.toFixed(1)} ms: ${slowest.source.slice(0, 200)}`,
    )
    expect(counts.values).toBeGreaterThan(RUNS / 10)
    expect(store.stats.selections).toBe(0)
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(builtIn)
    expect(Object.keys({})).toEqual([])
  },
)
