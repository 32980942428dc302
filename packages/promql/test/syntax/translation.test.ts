import { describe, expect, test } from 'vitest'
import { compile, type Expression, metricsOf, translated, type Translation } from '../../src/index.ts'

const write = (expr: string, translation: Translation = {}): string => translated(compile(expr).ast, translation)

/** The tree without places in the text and without parentheses, which the tree itself stands for. */
function meaning(expr: Expression['ast']): unknown {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip)
    if (typeof value !== 'object' || value === null) return value
    const fields = value as Readonly<Record<string, unknown>>
    if (fields['kind'] === 'paren') return strip(fields['operand'])
    return Object.fromEntries(
      Object.entries(fields)
        .filter(([name]) => !['from', 'to', 'metric', 'matches'].includes(name))
        .map(([name, inner]) => [name, strip(inner)])
        .concat(Array.isArray(fields['matches']) ? [['matches', matchesOf(fields['matches'])]] : []),
    )
  }
  return strip(expr)
}

/** Matchers in any order: the name may stand before the braces or in them. */
function matchesOf(matches: readonly unknown[]): readonly string[] {
  return matches
    .map(match => {
      const { label, operator, value } = match as { label: string; operator: string; value: string }
      return JSON.stringify([label.replaceAll('.', '_'), operator, value])
    })
    .toSorted()
}

describe('an expression is written so that it means the same', () => {
  test.each([
    'up',
    'up{job="a", instance!~"b.*"}',
    '{__name__=~"a|b", x=""}',
    '{"queue.jobs", "queue.name"="mail"}',
    '{__name__="offset"}',
    '1 + 2 * 3 ^ 2 ^ 2',
    '-(1 - 2) - -3',
    '-a ^ 2',
    '(a + b) * c',
    'a - (b - c)',
    'a / b % c',
    'a > bool 2',
    'a == on (x, y) group_left (z) b',
    'a * ignoring (x) group_right () b',
    'a and b or c unless d',
    'a and (b or c)',
    'sum by (x) (rate(a_total[5m] offset 1h))',
    'sum without () (a)',
    'sum(a)',
    'topk(3, a) by (x)',
    'quantile by (x) (0.5, a)',
    'count_values("v", a)',
    'max_over_time((a - b)[1h:30s] offset 5m)',
    'max_over_time(rate(a[1m])[1h:] @ 1700000000)',
    'a @ start() + a @ end()',
    String.raw`label_replace(a, "to", "$1\n", "from", "(.*)\\d")`,
    'time() - Inf + NaN - 1e300',
    'absent(a{b="c"})',
    'scalar(a) > bool 1',
    '"text"',
  ])('%s', expr => {
    const text = write(expr)
    expect(meaning(compile(text).ast)).toEqual(meaning(compile(expr).ast))
    // Writing it again changes nothing.
    expect(write(text)).toBe(text)
  })
})

test.each([
  ['max(a)', 'max by (job, instance) (a)'],
  ['sum by (job, x) (a)', 'sum by (job, instance, x) (a)'],
  ['sum without (instance, x) (a)', 'sum without (x) (a)'],
  ['max(sum by (x) (a))', 'max by (job, instance) (sum by (job, instance, x) (a))'],
  ['topk(3, a)', 'topk by (job, instance) (3, a)'],
  ['a and on () b', 'a and on (job, instance) b'],
  ['a * on (x) group_left (y) b', 'a * on (job, instance, x) group_left (y) b'],
  ['a / ignoring (instance, x) b', 'a / ignoring (x) b'],
  ['a / ignoring (job) b', 'a / b'],
  ['2 * sum(a) > 1', '(2 * sum by (job, instance) (a)) > 1'],
])('processes stay apart where a server knows many: %s', (expr, expected) => {
  expect(write(expr, { processLabels: ['job', 'instance'] })).toBe(expected)
})

test('labels are added to each selector that does not have a matcher for them', () => {
  const labels = { job: 'a "quoted" \\ job', zone: 'b' }
  expect(write('a / b{job="own"} > 0', { labels })).toBe(
    String.raw`(a{job="a \"quoted\" \\ job", zone="b"} / b{job="own", zone="b"}) > 0`,
  )
  expect(write('{"a.b", "zone"!="c"}', { labels: { zone: 'b' } })).toBe('{__name__="a.b", zone!="c"}')
})

test('names are those of the server', () => {
  const names = new Map([['a_total', 'a_seconds_total']])
  expect(write('rate(a_total[1m]) + {"a_total"} + a_totals', { names })).toBe(
    '(rate(a_seconds_total[1m]) + a_seconds_total) + a_totals',
  )
})

test('labels are those of the server, quoted where they are not identifiers', () => {
  const labelNames = new Map([
    ['a_b', 'a.b'],
    ['c', 'd'],
  ])
  expect(write('sum by (a_b, c, le) (x{"a.b"="1", c=~"2", e="3"})', { labelNames })).toBe(
    'sum by ("a.b", d, le) (x{"a.b"="1", d=~"2", e="3"})',
  )
  expect(write('x * on (a_b) group_left (c) y', { labelNames })).toBe('x * on ("a.b") group_left (d) y')
  expect(write('x{a_b="1"}', { labels: { a_b: '2', c: '3' }, labelNames })).toBe('x{"a.b"="1", d="3"}')
})

test('a rate looks back far enough, and an increase is scaled', () => {
  const rateRangeMs = new Map([['a', 300_000]])
  expect(write('rate(a[1m])', { rateRangeMs })).toBe('rate(a[5m])')
  expect(write('increase(a[1m])', { rateRangeMs })).toBe('(increase(a[5m]) * 0.2)')
  expect(write('rate(a[10m]) + rate(b[1m])', { rateRangeMs })).toBe('rate(a[10m]) + rate(b[1m])')
})

test('its metrics are found, those of rates with their shortest range', () => {
  const { all, rates } = metricsOf(compile('rate(a[5m]) + rate(a[1m]) + avg_over_time(b[1m]) + c').ast)
  expect([...all]).toEqual(['a', 'b', 'c'])
  expect([...rates]).toEqual([['a', 60_000]])
})
