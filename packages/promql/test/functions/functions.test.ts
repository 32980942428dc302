import { expect, test } from 'vitest'
import { compile, EvaluationError, UnsupportedFeature } from '../../src/index.ts'
import { query, storeWith, type Points } from '../sample-store.ts'

const every10s = (values: readonly number[]): Points => values.map((value, i) => [i * 10, value] as const)

test('a subquery is evaluated at multiples of its step, whatever the time of the evaluation', () => {
  const store = storeWith({ a: every10s([1, 2, 3, 4, 5, 6, 7]) })
  expect(query(store, 'a[30s:10s]', 60)).toEqual(['{__name__="a"} 5 6 7'])
  expect(query(store, 'a[30s:10s]', 64)).toEqual(['{__name__="a"} 5 6 7'])
  expect(query(store, 'sum_over_time(a[30s:20s] offset 10s)', 60)).toEqual(['{} 5'])
  expect(query(store, 'max_over_time(rate(a[20s])[40s:10s] @ 50)', 0)).toEqual(['{} 0.1'])
})

test('a subquery without a step takes the store’s', () => {
  const store = storeWith({ a: every10s([1, 2, 3, 4, 5, 6, 7]) }, { subqueryStepMs: 30_000 })
  expect(query(store, 'count_over_time(a[1m:])', 60)).toEqual(['{} 2'])
  expect(query(storeWith({ a: every10s([1, 1]) }), 'count_over_time(a[10s:])', 10)).toEqual(['{} 2'])
})

test('the samples that a subquery will read are stored', () => {
  const store = storeWith({}, { keep: 'selected' })
  const smoothed = compile('avg_over_time(rate(a_total[1m])[30m:1m])').bind(store)
  const handle = store.series({ name: 'a_total' })
  for (let now = 0; now <= 3_600_000; now += 5000) handle.append(now, now / 1000)
  const value = smoothed.evaluate(3_600_000)
  expect(value.type === 'vector' && value.samples[0]?.value).toBeCloseTo(1, 9)
  const windows = compile('count_over_time(count_over_time(a_total[1m])[30m:1m])').evaluate(store, 3_600_000)
  expect(windows).toMatchObject({ samples: [{ value: 30 }] })
  expect(compile('avg_over_time(rate(a_total[1m])[30m:1m])').maxRangeMs).toBe(31 * 60_000)
})

test('a metric name goes when the expression is done, so that label_replace can still read it', () => {
  const store = storeWith({ 'a_total{x="1"}': every10s([0, 10]), 'b_total{x="1"}': every10s([0, 20]) })
  expect(query(store, 'label_replace(rate({x="1"}[20s]), "from", "$1", "__name__", "(.)_total")', 10)).toEqual([
    '{from="a", x="1"} 0.5',
    '{from="b", x="1"} 1',
  ])
  expect(query(store, 'sum by (x) (rate({x="1"}[20s]))', 10)).toEqual(['{x="1"} 1.5'])
  expect(() => query(store, 'rate({x="1"}[20s])', 10)).toThrow('vector cannot contain metrics with the same labelset')
})

test.each([
  ['"$1-$2", "x", "(.)(.*)"', 'a-bc'],
  ['"${first}s", "x", "(?P<first>.).*"', 'as'],
  ['"$firsts", "x", "(?P<first>.).*"', ''],
  ['"$$1$", "x", ".*"', '$1$'],
  ['"$9", "x", "(a).*"', ''],
  ['"$1", "x", "(?i)(A).*"', 'a'],
  ['"kept", "x", "b"', 'old'],
])('label_replace(a, "to", %s) makes the label %j', (rest, wanted) => {
  const value = compile(`label_replace(a, "to", ${rest})`).evaluate(storeWith({ 'a{x="abc",to="old"}': [[0, 1]] }), 0)
  expect(value.type === 'vector' && value.samples[0]?.labels.get('to')).toBe(wanted)
})

test('labels are joined, and hostile names are labels like any other', () => {
  const store = storeWith({ 'a{x="1",y="2"}': [[0, 1]] })
  expect(query(store, 'label_join(a, "__proto__", "-", "x", "none", "y")', 0)).toEqual([
    '{__name__="a", __proto__="1--2", x="1", y="2"} 1',
  ])
  expect(query(store, 'sum by (constructor) (label_replace(a, "constructor", "c", "", ""))', 0)).toEqual([
    '{constructor="c"} 1',
  ])
  expect(Object.keys({})).toEqual([])
})

test('a label value that doubles at every level is stopped', () => {
  const nested = `${'label_replace('.repeat(40)}a${', "x", "$1$1", "x", "(.*)")'.repeat(40)}`
  expect(() => query(storeWith({ 'a{x="abc"}': [[0, 1]] }), nested, 0)).toThrow(EvaluationError)
})

test('a line through the samples predicts later values', () => {
  const store = storeWith({ a: every10s([0, 1, 2, 3]), flat: every10s([7, 7]), one: [[0, 1]] })
  expect(query(store, 'predict_linear(a[1m], 60)', 30)).toEqual(['{} 9'])
  expect(query(store, 'deriv(a[1m])', 30)).toEqual(['{} 0.1'])
  expect(query(store, 'deriv(flat[1m])', 30)).toEqual(['{} 0'])
  expect(query(store, 'deriv(one[1m])', 30)).toEqual([])
})

test('sort orders by value, NaN last both ways', () => {
  const store = storeWith({ 'a{i="1"}': [[0, 2]], 'a{i="2"}': [[0, NaN]], 'a{i="3"}': [[0, 1]] })
  const order = (expr: string): unknown => {
    const value = compile(expr, { experimental: true }).evaluate(store, 0)
    return value.type === 'vector' && value.samples.map(sample => sample.labels.get('i')).join('')
  }
  expect([order('sort(a)'), order('sort_desc(a)'), order('sort_by_label_desc(a, "i")')]).toEqual(['312', '132', '321'])
})

test('dates are read in UTC, of the evaluation time when nothing else is given', () => {
  const store = storeWith({ a: [[0, 1_709_210_096]] })
  const read = ['year', 'month', 'day_of_month', 'day_of_week', 'day_of_year', 'days_in_month', 'hour', 'minute']
  expect(read.map(name => query(store, `${name}(a)`, 0)[0])).toEqual(
    [2024, 2, 29, 4, 60, 29, 12, 34].map(value => `{} ${value}`),
  )
  expect(query(store, 'hour()', 7200)).toEqual(['{} 2'])
})

test('a function that is experimental in Prometheus must be asked for', () => {
  const store = storeWith({ a: every10s([4, 6, 2, 1, 999, 1, 2]) })
  expect(() => compile('mad_over_time(a[70s])')).toThrow(UnsupportedFeature)
  expect(compile('mad_over_time(a[70s])', { experimental: true }).evaluate(store, 60_000)).toMatchObject({
    samples: [{ value: 1 }],
  })
  expect(() =>
    compile('double_exponential_smoothing(a[1m], 1, 0.5)', { experimental: true }).evaluate(store, 60_000),
  ).toThrow('invalid smoothing factor. Expected: 0 < sf < 1, got: 1.000000')
  expect(() => compile('max_of(1, 2)', { experimental: true })).toThrow('not supported: function max_of()')
})

test.each([
  ['label_replace(a, "b", "", "c", "(d")', 'invalid regular expression in label_replace(): (d'],
  [
    String.raw`label_replace(a, "\xff", "", "c", "d")`,
    String.raw`invalid destination label name in label_replace(): \xff`,
  ],
  ['label_join(a, "b", "", "")', 'invalid source label name in label_join(): '],
  ['topk(Inf, a)', 'Scalar value +Inf overflows int64'],
  ['bottomk(-1e30, a)', 'Scalar value -1e+30 underflows int64'],
])('%s fails in the words of Prometheus', (expr, message) => {
  const store = storeWith({ a: every10s([1]) })
  expect(() => query(store, expr, 0)).toThrow(new EvaluationError(message))
})
