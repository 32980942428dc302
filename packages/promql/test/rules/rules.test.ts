import { expect, test } from 'vitest'
import {
  createRules,
  createStore,
  RuleError,
  type Alert,
  type Rule,
  type Rules,
  type SeriesHandle,
} from '../../src/index.ts'

function setUp(rule: Rule): { rules: Rules; handle: SeriesHandle } {
  const store = createStore()
  const rules = createRules([rule], store)
  return { rules, handle: store.series({ name: 'x', labels: { 'queue.name': 'mail' } }) }
}

/** Feeds one value a tick of 5 s and tells the state after each: `-`, `pending`, `firing`. A gap marks the series stale. */
function states(rule: Rule, values: readonly (number | undefined)[]): string[] {
  const { rules, handle } = setUp(rule)
  return values.map((value, tick) => {
    const now = tick * 5000
    if (value === undefined) handle.markStale(now)
    else handle.append(now, value)
    return rules.evaluate(now).alerts[0]?.state ?? '-'
  })
}

function firstAlert(rule: Rule, value: number): Alert | undefined {
  const { rules, handle } = setUp(rule)
  handle.append(1000, value)
  return rules.evaluate(1000).alerts[0]
}

test('without for, an alert fires at once', () => {
  expect(states({ alert: 'A', expr: 'x > 1' }, [1, 2, 2, 1])).toEqual(['-', 'firing', 'firing', '-'])
})

test('with for, an alert is pending until the condition has held that long, and starts over after one miss', () => {
  const rule = { alert: 'A', expr: 'x > 1', for: '10s' }
  expect(states(rule, [2, 2, 2, 2])).toEqual(['pending', 'pending', 'firing', 'firing'])
  expect(states(rule, [2, 2, 1, 2, 2, 2])).toEqual(['pending', 'pending', '-', 'pending', 'pending', 'firing'])
})

test('a missing sample ends a pending alert like a false condition', () => {
  expect(states({ alert: 'A', expr: 'x > 1', for: '10s' }, [2, undefined, 2, 2])).toEqual([
    'pending',
    '-',
    'pending',
    'pending',
  ])
})

test('keepFiringFor bridges a condition that flaps, and only firing alerts are kept', () => {
  const rule = { alert: 'A', expr: 'x > 1', for: '5s', keepFiringFor: '10s' }
  expect(states(rule, [2, 2, 1, 1, 2, 1, 1, 1])).toEqual([
    'pending',
    'firing',
    'firing',
    'firing',
    'firing',
    'firing',
    'firing',
    '-',
  ])
  expect(states(rule, [2, 1, 2])).toEqual(['pending', '-', 'pending'])
})

test('an alert carries the labels of its sample and its rule, and the time since when it is active', () => {
  const { rules, handle } = setUp({
    alert: 'Slow',
    expr: 'x > 1',
    for: '5s',
    labels: { severity: 'high', queue: '{{ $labels.queue_name }}' },
  })
  handle.append(1000, 2)
  rules.evaluate(1000)
  handle.append(6000, 3)
  expect(rules.evaluate(6000).alerts).toMatchObject([
    {
      alert: 'Slow',
      state: 'firing',
      value: 3,
      activeAt: 1000,
      firedAt: 6000,
      labels: { alertname: 'Slow', queue_name: 'mail', severity: 'high', queue: 'mail' },
    },
  ])
})

test.each([
  ['{{ $value }}', 1234.5, '1234.5'],
  ['{{ $value | humanize }}', 1_234_567, '1.235M'],
  ['{{ humanize $value }}', 0.00321, '3.21m'],
  ['{{ $value | humanizePercentage }}', 0.6543, '65.43%'],
  ['{{ $value | humanizeDuration }}', 93_784, '1d 2h 3m 4s'],
  ['{{ humanizeDuration .Value }}', 0.0123, '12.3ms'],
  ['{{ printf "%.2f" $value }} jobs of {{ $labels.queue_name | toUpper }}', 12, '12.00 jobs of MAIL'],
  ['{{ index $labels "queue.name" }}', 2, 'mail'],
  ['a {{- /* nothing */ -}} b', 2, 'ab'],
  ['{{ "{{" }} {{ $labels.none }}', 2, '{{ '],
  ['{{ $value }}', 0.00001, '1e-05'],
])('the annotation %j at %d reads %j', (template, value, text) => {
  expect(firstAlert({ alert: 'A', expr: 'x', annotations: { summary: template } }, value)?.annotations['summary']).toBe(
    text,
  )
})

test('a bad rule is one clear error at load; the others load', () => {
  const rules = createRules(
    [
      { alert: 'Syntax', expr: 'sum(x' },
      { alert: 'Unknown', expr: 'foo(x)' },
      { alert: 'Duration', expr: 'x', for: '5 minutes' },
      { alert: 'Template', expr: 'x', annotations: { summary: '{{ query "x" }}' } },
      { alert: 'Text', expr: '"x"' },
      { alert: '', expr: 'x' },
      { alert: 'Good', expr: 'vector(1)' },
    ],
    createStore(),
  )
  const tail = '; the rule is left out; correct it and load it again'
  expect(rules.rejected.map(error => error.message)).toEqual([
    `rule "Syntax", expr: 1:6: parse error: unclosed left parenthesis${tail}`,
    `rule "Unknown", expr: 1:1: parse error: unknown function with name "foo"${tail}`,
    `rule "Duration", for: not a valid duration string: "5 minutes"${tail}`,
    `rule "Template", annotations.summary: 1:4: not supported: template function query${tail}`,
    `rule "Text", expr: a rule needs a vector or a scalar, got string${tail}`,
    `rule "", alert: an alert needs a name${tail}`,
  ])
  expect(rules.rejected[0]).toMatchObject({ code: 'HOMEOSTAT_RULE_ERROR', position: { line: 1, column: 6 } })
  expect(rules.evaluate(0).alerts).toMatchObject([{ alert: 'Good', state: 'firing' }])
})

test('a rule that fails keeps its alerts, reports the reason, and stops no other', () => {
  const store = createStore()
  const rules = createRules(
    [
      { alert: 'Join', expr: 'a * on () b > 0' },
      { alert: 'Fine', expr: 'a > 0' },
    ],
    store,
    { clockMs: () => 1 },
  )
  const a = store.series({ name: 'a' })
  const b = [1, 2].map(i => store.series({ name: 'b', labels: { i } }))
  a.append(1000, 1)
  b[0]?.append(1000, 1)
  expect(rules.evaluate(1000)).toMatchObject({ alerts: [{ alert: 'Join' }, { alert: 'Fine' }], errors: [] })
  b[1]?.append(2000, 1)
  const evaluation = rules.evaluate(2000)
  expect(evaluation.alerts.map(({ alert }) => alert)).toEqual(['Join', 'Fine'])
  expect(evaluation.errors[0]).toBeInstanceOf(RuleError)
  expect(rules.health.map(({ health, durationMs }) => [health, durationMs])).toEqual([
    ['error', 0],
    ['ok', 0],
  ])
  expect(rules.health[0]?.lastError?.message).toMatch(/^rule "Join", expr: found duplicate series/)
})

test('samples that the rule labels make equal are an error, not a merged alert', () => {
  const store = createStore()
  const rules = createRules([{ alert: 'A', expr: 'x', labels: { i: 'same' } }], store)
  for (const i of [1, 2]) store.series({ name: 'x', labels: { i } }).append(1000, 1)
  expect(rules.evaluate(1000).errors[0]?.message).toMatch(/same labelset after applying alert labels/)
})

test('an annotation may have any name', () => {
  const annotations = JSON.parse('{"__proto__": "a", "constructor": "b {{ $value }}", "toString": "{{ $labels.x }}"}')
  const alert = firstAlert({ alert: 'A', expr: 'x', annotations }, 1)!
  expect(Object.entries(alert.annotations)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b 1'],
    ['toString', ''],
  ])
  expect(firstAlert({ alert: 'A', expr: 'x' }, 1)!.annotations['constructor']).toBeUndefined()
})
