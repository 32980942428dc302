import { expect, test } from 'vitest'
import { compile } from '../../src/index.ts'
import { storeWith, type Points } from '../sample-store.ts'

const rising: Points = [0, 10, 20, 30].map(seconds => [seconds, seconds] as const)
const store = storeWith({
  up: rising,
  requests_total: rising,
  'h_bucket{le="1"}': rising.map(([at]) => [at, 5]),
  'h_bucket{le="2"}': rising.map(([at]) => [at, 3]),
  'h_bucket{le="+Inf"}': rising.map(([at]) => [at, 6]),
  'h_bucket{le="x"}': rising,
})
store.series({ name: 'http.server.requests', kind: 'counter' }).append(10_000, 1)
store.series({ name: 'http.server.requests', kind: 'counter' }).append(20_000, 2)

/** Messages of a query over the last minute, or at its end only. */
function messages(expr: string, asRange = false): string[] {
  const bounds = asRange ? { startMs: 0, endMs: 30_000, stepMs: 10_000 } : undefined
  const { annotations } = compile(expr, { experimental: true }).bind(store).evaluate(30_000, bounds)
  return annotations.map(({ message }) => message)
}

const notCounter = (name: string, place: string): string =>
  `PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "${name}" (${place})`

test.each([
  ['rate(up[1m])', [notCounter('up', '1:6')]],
  ['1 + increase(up[1m])', [notCounter('up', '1:14')]],
  ['rate(up[1m:10s])', [notCounter('up', '1:6')]],
  ['count(rate({__name__=~"up|requests_total"}[1m]))', [notCounter('up', '1:12')]],
  ['rate(requests_total[1m])', []],
  ['rate(up[1s])', []],
  ['irate(up[1m])', []],
  ['delta(up[1m])', []],
])('%s says whether what it is given looks like a counter', (expr, expected) => {
  expect(messages(expr)).toEqual(expected)
})

test('a counter of OpenTelemetry is a counter under each of its names', () => {
  for (const name of ['{"http.server.requests"}', 'http_server_requests', 'http_server_requests_total'])
    expect(messages(`rate(${name}[1m])`)).toEqual([])
})

test('sorting in a range query warns that it has no effect, in an instant query it does not', () => {
  const warning = 'PromQL warning: sort is ineffective for range queries since results are always ordered by labels'
  for (const call of ['sort(up)', 'sort_desc(up)', 'sort_by_label(up, "a")', 'sort_by_label_desc(up, "a")']) {
    expect(messages(call)).toEqual([])
    expect(messages(`1 + ${call}`, true)).toEqual([`${warning} (1:5)`])
  }
})

test('a classic histogram whose buckets fall is mended with an info, one without a bound left out with a warning', () => {
  const [malformed, forced, ...more] = messages('histogram_quantile(0.5, h_bucket)')
  expect(malformed).toBe(
    'PromQL warning: bucket label "le" is missing or has a malformed value of "x" for metric name "h_bucket" (1:25)',
  )
  expect(forced).toMatch(
    /^PromQL info: input to histogram_quantile needed to be fixed for monotonicity .* for metric name "h_bucket" \(1:25\)$/,
  )
  expect(more).toEqual([])
  expect(messages('histogram_quantile(1.5, up)')).toContain(
    'PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:20)',
  )
})
