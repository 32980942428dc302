import { createRandom } from '@homeostat/signals/random'
import { startPrometheus, type Prometheus } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile, createStore, Labels, type Store } from '../../src/index.ts'

/** Values that arithmetic stumbles over. */
const HOSTILE = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 5e-324, -5e-324, 2e-308, 1e308, -1e308, 1.5, 3, 1e15, 2 ** 53]
const STEP_MS = 10_000
const START_MS = Date.UTC(2024, 1, 29, 12)
/** No sample stands where a range begins: that is where Prometheus 2 and 3 differ. */
const AT_MS = START_MS + 55_000

/** Samples of one series; `undefined` for a gap. */
type Samples = readonly (number | undefined)[]

const patterns: Samples[] = []
for (const value of HOSTILE) patterns.push([value, value, value, value, value, value], [1, 2, value, 3, 4, 5])
/** A fixed seed, so that a failure can be looked at again. */
const random = createRandom(42)
for (let i = 0; i < 60; i++) {
  patterns.push(
    Array.from({ length: 6 }, () => (random() < 0.15 ? undefined : HOSTILE[Math.floor(random() * HOSTILE.length)])),
  )
}

const buckets: readonly (readonly number[])[] = [
  [0, 0, 0, 0],
  [1, 2, 3, 4],
  [1, NaN, 3, 4],
  [1, 2, 3, NaN],
  [NaN, NaN, NaN, NaN],
  [1, 2, 3, Infinity],
  [1, 2, Infinity, Infinity],
  [Infinity, Infinity, Infinity, Infinity],
  [3, 2, 1, 4],
  [-1, 0, 1, 2],
  [5e-324, 1e-320, 1e-310, 1e-309],
  [1e308, 1e308, 1.5e308, 1.7e308],
  [1, 1 + 1e-13, 1, 2],
]
const BOUNDS = ['-1', '0', '2.5', '+Inf']

function shown(value: number): string {
  if (value === Infinity) return '+Inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

let store: Store
let prometheus: Prometheus | undefined

beforeAll(async () => {
  store = createStore({ keep: 'all', intervalMs: STEP_MS })
  const lines: string[] = ['# TYPE w unknown']
  patterns.forEach((samples, i) => {
    const labels = { i: String(i), g: String(i % 7) }
    const handle = store.series({ name: 'w', labels })
    samples.forEach((value, at) => {
      if (value === undefined) return
      lines.push(`w{i="${labels.i}",g="${labels.g}"} ${shown(value)} ${(START_MS + at * STEP_MS) / 1000}`)
      handle.append(START_MS + at * STEP_MS, value)
    })
  })
  lines.push('# TYPE b unknown')
  buckets.forEach((counts, i) =>
    counts.forEach((count, place) => {
      lines.push(`b{i="${i}",le="${BOUNDS[place]}"} ${shown(count)} ${(START_MS + 50_000) / 1000}`)
      store.series({ name: 'b', labels: { i: String(i), le: BOUNDS[place]! } }).append(START_MS + 50_000, count)
    }),
  )
  prometheus = await startPrometheus({ history: `${lines.join('\n')}\n# EOF\n` })
})

afterAll(async () => prometheus?.[Symbol.asyncDispose]())

type Result = Map<string, number>

async function oracle(expr: string): Promise<Result | string> {
  const body = new URLSearchParams({ query: expr, time: String(AT_MS / 1000) })
  const answer = (await (await fetch(`${prometheus!.address}/api/v1/query`, { method: 'POST', body })).json()) as {
    status: string
    error?: string
    data: {
      resultType: string
      result: { metric: Record<string, string>; value: [number, string] }[] | [number, string]
    }
  }
  if (answer.status !== 'success') return `error: ${answer.error}`
  const { resultType, result } = answer.data
  const number = (text: string): number => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text))
  if (resultType === 'scalar') return new Map([['', number((result as [number, string])[1])]])
  return new Map(
    (result as { metric: Record<string, string>; value: [number, string] }[]).map(({ metric, value }) => [
      Labels.from(Object.entries(metric)).toString(),
      number(value[1]),
    ]),
  )
}

function ours(expr: string): Result | string {
  try {
    const value = compile(expr, { experimental: true }).evaluate(store, AT_MS)
    if (value.type === 'scalar') return new Map([['', value.value]])
    if (value.type !== 'vector') return value.type
    return new Map(value.samples.map(({ labels, value: one }) => [labels.toString(), one]))
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`
  }
}

function isSame(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (Object.is(a, b)) return true
  // Equal but for the last digits; an infinity, a NaN and the sign of a zero are equal to themselves only.
  return Number.isFinite(a) && Number.isFinite(b) && a !== 0 && Math.abs(a - b) <= Math.max(1e-12 * Math.abs(b), 1e-323)
}

function shownResult(result: Result | string): string {
  return typeof result === 'string' ? result : `${result.size} samples`
}

function differences(expr: string, mine: Result | string, theirs: Result | string): string[] {
  if (typeof mine === 'string' || typeof theirs === 'string')
    return typeof mine === typeof theirs ? [] : [`${expr}: ${shownResult(mine)} instead of ${shownResult(theirs)}`]
  const keys = new Set([...mine.keys(), ...theirs.keys()])
  return [...keys].flatMap(key => {
    if (isSame(mine.get(key), theirs.get(key))) return []
    const i = /i="(\d+)"/.exec(key)?.[1]
    const samples =
      i === undefined
        ? ''
        : ` of ${(expr.includes('b') && !expr.includes('w') ? buckets : patterns)[Number(i)]?.map(String).join(' ')}`
    return [`${expr} ${key}${samples}: ${mine.get(key)} instead of ${theirs.get(key)}`]
  })
}

const PER_SAMPLE =
  'abs ceil floor exp sqrt ln log2 log10 sgn round acos acosh asin asinh atan atanh cos cosh sin sinh tan tanh deg rad'
const OVER_TIME = 'avg min max sum count stddev stdvar last present'
const RANGE = 'rate increase delta irate idelta deriv changes resets'
const SCALARS = ['NaN', 'Inf', '-Inf', '0', '-0', '1', '-1', '0.5', '2', '1e308', '5e-324']
const OPERATORS = '+ - * / % ^ atan2'.split(' ')
const COMPARISONS = '== != < > <= >='.split(' ')

const EXPRESSIONS: readonly string[] = [
  ...PER_SAMPLE.split(' ').map(name => `${name}(w)`),
  ...OVER_TIME.split(' ').map(name => `${name}_over_time(w[50s])`),
  ...RANGE.split(' ').map(name => `${name}(w[50s])`),
  ...SCALARS.flatMap(scalar => [
    ...OPERATORS.flatMap(operator => [`w ${operator} ${scalar}`, `${scalar} ${operator} w`]),
    ...COMPARISONS.flatMap(operator => [`w ${operator} ${scalar}`, `${scalar} ${operator} bool w`]),
    ...OPERATORS.flatMap(operator => SCALARS.map(other => `(${scalar}) ${operator} (${other})`)),
    ...COMPARISONS.flatMap(operator => SCALARS.map(other => `(${scalar}) ${operator} bool (${other})`)),
    `round(w, ${scalar})`,
    `clamp_min(w, ${scalar})`,
    `clamp_max(w, ${scalar})`,
    `clamp(w, ${scalar}, 1)`,
    `clamp(w, -1, ${scalar})`,
    `quantile_over_time(${scalar}, w[50s])`,
    `quantile by (g) (${scalar}, w)`,
    `predict_linear(w[50s], ${scalar})`,
    `histogram_quantile(${scalar}, b)`,
    `vector(${scalar})`,
    `scalar(vector(${scalar}))`,
  ]),
  ...OPERATORS.map(operator => `w ${operator} on (i, g) w offset 10s`),
  ...COMPARISONS.flatMap(operator => [
    `w ${operator} on (i, g) w offset 10s`,
    `w ${operator} bool on (i, g) w offset 10s`,
  ]),
  ...'sum avg count min max stddev stdvar group'
    .split(' ')
    .flatMap(name => [`${name}(w)`, `${name} by (g) (w)`, `${name} by (i) (w)`]),
  'count_values("v", w)',
  'double_exponential_smoothing(w[50s], 0.5, 0.1)',
  'double_exponential_smoothing(w[50s], NaN, 0.1)',
  'double_exponential_smoothing(w[50s], 0.5, 1)',
  'double_exponential_smoothing(w[50s], Inf, 0.1)',
  // Which of equal samples stand is not defined, their values are.
  'count_values("v", topk by (g) (2, w))',
  'count_values("v", bottomk by (g) (2, w))',
  '-w',
  'absent(w == NaN)',
  'max_over_time(rate(w[29s500ms])[20s:10s])',
]

/** Where the newest Prometheus answers otherwise than 2.42, which is the one that distributions have, and why. */
const CHANGED: readonly (readonly [difference: RegExp, why: string])[] = [
  [/ atan2 /, 'since 3.0 atan2 drops the metric name'],
  [/^(?:sum|avg) .*: 0 instead of 0$/, 'a sum since 3.0 ends with adding its compensation: -0 becomes 0'],
  [
    /^avg_over_time.*: -?\d\S* instead of -?\d\S*$/,
    'since 3.5 the mean is the sum divided by the count unless it overflows, which is more exact',
  ],
  [/^std(?:dev|var)_over_time.*: Infinity instead of NaN$/, 'an infinite sum has no compensation since 2.54'],
  [/^std(?:dev|var) by \(i\).*: NaN instead of 0$/, 'one infinite or NaN value has no spread since 2.53'],
  [
    /^(?:ln|log10)\(w\).*: -7(?:44|08)|: -3(?:23|07)/,
    'the logarithm of Go for amd64 is wrong for numbers below 2.2e-308',
  ],
]

describe('2-40: every function and operator answers hostile values as Prometheus does', () => {
  test('against a real Prometheus', async () => {
    const wrong: string[] = []
    for (const expr of EXPRESSIONS) {
      const older = expr.replace('double_exponential_smoothing', 'holt_winters')
      wrong.push(...differences(expr, ours(expr), await oracle(older)))
    }
    expect(wrong.filter(line => !CHANGED.some(([pattern]) => pattern.test(line)))).toEqual([])
  })

  test.each<readonly [samples: readonly number[], median: number]>([
    [[1, 2, 3, NaN], NaN],
    [[NaN, NaN], NaN],
    [[NaN, 1], NaN],
    [[1, 2, 4], 1],
    [[1, Infinity, Infinity], NaN],
    [[1, 2, Infinity], NaN],
    [[-Infinity, 0, 0], NaN],
    [[-0, 5e-324], 0],
  ])('mad_over_time of %j is %d', (samples, median) => {
    const few = createStore({ keep: 'all', intervalMs: STEP_MS })
    samples.forEach((value, i) => few.series({ name: 'w' }).append(START_MS + i * STEP_MS, value))
    const value = compile('mad_over_time(w[10m])', { experimental: true }).evaluate(few, START_MS + 60_000)
    expect(value.type === 'vector' && value.samples.map(sample => sample.value)).toEqual([median])
  })
})
