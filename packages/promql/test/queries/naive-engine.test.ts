import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, createStore, type BoundExpression, type LabelSet, type Value } from '../../src/index.ts'
import { NaiveStore, sumBy, type NaiveVector } from './naive-engine.ts'

const INTERVAL_MS = 5000
const MINUTE_MS = 60_000

interface Query {
  readonly expr: string
  readonly windowMs: number
  readonly naive: (store: NaiveStore, at: number) => NaiveVector
}

const x: LabelSet = { __name__: 'x_total' }
const y: LabelSet = { __name__: 'y_total' }
const largest = (points: readonly { readonly value: number }[]): number => Math.max(...points.map(({ value }) => value))

const queries: readonly Query[] = [
  { expr: 'x_total', windowMs: 5 * MINUTE_MS, naive: (store, at) => store.instant(x, at) },
  {
    expr: 'y_total{a="1"} offset 1m',
    windowMs: 6 * MINUTE_MS,
    naive: (s, at) => s.instant({ ...y, a: '1' }, at - MINUTE_MS),
  },
  { expr: 'increase(x_total[4m])', windowMs: 4 * MINUTE_MS, naive: (s, at) => s.increase(x, at, 4 * MINUTE_MS) },
  {
    expr: 'sum by (a) (rate(x_total[1m]))',
    windowMs: MINUTE_MS,
    naive: (s, at) => sumBy(['a'], s.increase(x, at, MINUTE_MS)).map(each => ({ ...each, value: each.value / 60 })),
  },
  {
    expr: 'max_over_time(x_total{b="0"}[2m]) > 3',
    windowMs: 2 * MINUTE_MS,
    naive: (s, at) => s.over({ ...x, b: '0' }, at, 2 * MINUTE_MS, 1, largest).filter(({ value }) => value > 3),
  },
  {
    expr: 'max_over_time(y_total[15m])',
    windowMs: 15 * MINUTE_MS,
    naive: (s, at) => s.over(y, at, 15 * MINUTE_MS, 1, largest),
  },
  { expr: 'sum by (b) (x_total)', windowMs: 5 * MINUTE_MS, naive: (s, at) => sumBy(['b'], s.instant(x, at)) },
  {
    expr: 'sum(x_total) + on () group_right sum by (a) (increase(y_total[2m]))',
    windowMs: 5 * MINUTE_MS,
    naive: (s, at) =>
      sumBy([], s.instant(x, at)).flatMap(total =>
        sumBy(['a'], s.increase(y, at, 2 * MINUTE_MS)).map(each => ({ ...each, value: total.value + each.value })),
      ),
  },
]

/** Labels as text, in their order. Nothing promises an order of samples. */
function byLabels(vector: NaiveVector): [labels: string, value: number][] {
  const text = (labels: LabelSet): string =>
    JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return vector
    .map(({ labels, value }): [string, number] => [text(labels), value])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function samplesOf(value: Value): NaiveVector {
  if (value.type !== 'vector') throw new Error(`expected a vector, got ${value.type}`)
  return value.samples.map(({ labels, value: each }) => ({ labels: labels.toObject(), value: each }))
}

/** The same samples; sums may differ in their last digits by the order of their terms. */
function expectSame(found: NaiveVector, wanted: NaiveVector, message: string): void {
  const [left, right] = [byLabels(found), byLabels(wanted)]
  expect(
    left.map(([labels]) => labels),
    message,
  ).toEqual(right.map(([labels]) => labels))
  for (const [i, [labels, value]] of left.entries())
    expect(value, `${message} ${labels}`).toBeCloseTo(right[i]?.[1] ?? NaN, 9)
}

/** For evaluations of which it does not matter whether they fail. */
function refuse(): never {
  throw new Error('found nothing to fail on')
}

const identities: readonly LabelSet[] = [
  ...['0', '1', '2'].flatMap(a => ['0', '1'].map(b => ({ ...x, a, b }))),
  ...['0', '1', '2'].map(a => ({ ...y, a })),
]

const act = fc.oneof(
  // Some of the series, by bits, get so many samples in a row, now and then one that is late or there already.
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('samples' as const),
      series: fc.nat(2 ** identities.length - 1),
      count: fc.integer({ min: 1, max: 60 }),
      stepMs: fc.constantFrom(INTERVAL_MS, INTERVAL_MS, INTERVAL_MS + 1234, 4 * INTERVAL_MS),
      slope: fc.integer({ min: -2, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('stale' as const), series: fc.nat(2 ** identities.length - 1) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 600_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('back' as const), ms: fc.integer({ min: 1, max: 60_000 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rebind' as const), query: fc.nat(queries.length - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dispose' as const), query: fc.nat(queries.length - 1) }) },
)

test('whatever comes, goes, ends, is asked for or given back, a store answers like plain lists of all samples', () => {
  let compared = 0
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 25 }), acts => {
      const store = createStore({ intervalMs: INTERVAL_MS })
      const elsewhere = createStore()
      const plain = new NaiveStore()
      const handles = identities.map(({ __name__: name = '', ...labels }) => store.series({ name, labels }))
      const expressions = queries.map(({ expr }) => compile(expr))
      const failing = compile('x_total + on () y_total')
      const bound: (BoundExpression | undefined)[] = expressions.map(expression => expression.bind(store))
      const boundAt = queries.map(() => -Infinity)
      let now = 10_000_000
      let peak = now
      const chosen = (bits: number): number[] => identities.flatMap((_, i) => ((bits >> i) & 1 ? [i] : []))
      const append = (i: number, at: number, value: number, stale = false): void => {
        if (stale) handles[i]?.markStale(at)
        else handles[i]?.append(at, value)
        plain.append(identities[i] ?? {}, at, value, stale)
      }
      const compare = (): void => {
        for (const [i, { windowMs, naive, expr }] of queries.entries()) {
          // What came before it was asked for need not be there.
          if (bound[i] === undefined || now - windowMs < (boundAt[i] ?? 0)) continue
          expectSame(samplesOf(bound[i].evaluate(now)), naive(plain, now), expr)
          compared += 1
        }
      }
      for (const step of acts) {
        if (step.kind === 'samples') {
          for (let k = 0; k < step.count; k++) {
            now += step.stepMs
            for (const i of chosen(step.series)) append(i, now, Math.abs(i + k * step.slope) % 17)
            for (const i of chosen(step.series & step.count)) append(i, now - (k % 3) * 999, 99)
          }
        } else if (step.kind === 'stale') {
          now += 1000
          for (const i of chosen(step.series)) append(i, now, 0, true)
        } else if (step.kind === 'wait') {
          now += step.ms
          store.sweep(now)
        } else if (step.kind === 'back') {
          // Every ring reaches back five minutes at least, from when the clock was furthest.
          peak = Math.max(peak, now)
          for (const i of queries.keys()) boundAt[i] = Math.max(boundAt[i] ?? 0, peak - 5 * MINUTE_MS)
          now -= step.ms
          store.sweep(now)
          plain.rewind(now, INTERVAL_MS)
        } else {
          bound[step.query]?.dispose()
          const again = step.kind === 'rebind'
          bound[step.query] = again ? expressions[step.query]?.bind(store) : undefined
          if (again) boundAt[step.query] = now
        }
        compare()
        // One that fails half way, and the same ones elsewhere, leave nothing behind in what is shared.
        const half = failing.bind(store)
        expect(() => half.evaluate(now).type === 'vector' && refuse()).toThrow()
        half.dispose()
        for (const expression of expressions) expect(samplesOf(expression.evaluate(elsewhere, now))).toEqual([])
        compare()
      }
    }),
    { numRuns: 60 },
  )
  expect(compared).toBeGreaterThan(1000)
})
