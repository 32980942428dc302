import { expect, test } from 'vitest'
import {
  createRules,
  createStore,
  type RecordingRule,
  type Rule,
  type RuleGroup,
  type Rules,
  type Store,
} from '../../src/index.ts'
import { query } from '../sample-store.ts'

interface SetUp {
  readonly store: Store
  readonly rules: Rules
  /** Sets `x{i}` at a time; `undefined` ends the series. */
  set(seconds: number, values: Readonly<Record<string, number | undefined>>): void
}

function setUp(...sources: (Rule | RecordingRule | RuleGroup)[]): SetUp {
  const store = createStore()
  const rules = createRules(sources, store)
  const handles = new Map(['a', 'b', 'c'].map(i => [i, store.series({ name: 'x', labels: { i } })]))
  return {
    store,
    rules,
    set(seconds, values) {
      for (const [i, value] of Object.entries(values)) {
        if (value === undefined) handles.get(i)?.markStale(seconds * 1000)
        else handles.get(i)?.append(seconds * 1000, value)
      }
    },
  }
}

function group(rules: RuleGroup['rules'], rest: Partial<RuleGroup> = {}): RuleGroup {
  return { name: 'g', rules, ...rest }
}

const COPY: RecordingRule = { record: 'copy', expr: 'x' }
/** Something has to select the recorded series, else the store does not keep them. */
const READ: Rule = { alert: 'Read', expr: 'copy > 100' }

test('a later rule sees at once what a rule before it recorded', () => {
  const { rules, set } = setUp(
    group([
      { record: 'x:sum', expr: 'sum(x)' },
      { alert: 'Much', expr: 'x:sum > 2' },
    ]),
  )
  set(1, { a: 1, b: 2 })
  expect(rules.evaluate(1000)).toMatchObject({ alerts: [{ alert: 'Much', value: 3 }], errors: [] })
})

test('recorded series carry the labels of group and rule, the rule winning and an empty value removing one', () => {
  const { rules, set, store } = setUp(
    group([{ ...COPY, labels: { i: '', team: 'mail' } }, READ], { labels: { team: 'ops', env: 'prod' } }),
  )
  set(1, { a: 1 })
  rules.evaluate(1000)
  expect(query(store, 'copy', 1)).toEqual(['{__name__="copy", env="prod", team="mail"} 1'])
})

test('a recorded series ends when its result does', () => {
  const { rules, set, store } = setUp(COPY, READ)
  set(1, { a: 1, b: 2 })
  rules.evaluate(1000)
  set(2, { a: 1, b: undefined })
  rules.evaluate(2000)
  expect(query(store, 'copy', 2)).toEqual(['{__name__="copy", i="a"} 1'])
  expect(query(store, 'copy', 1.5)).toHaveLength(2)
})

test('more results than the limit are an error and nothing is recorded; the same holds for alerts, which are then gone', () => {
  const { rules, set, store } = setUp(group([COPY, { alert: 'Many', expr: 'x > 0' }, READ], { limit: 2 }))
  set(1, { a: 1, b: 2 })
  expect(rules.evaluate(1000)).toMatchObject({ alerts: [{ alert: 'Many' }, { alert: 'Many' }], errors: [] })
  set(2, { a: 1, b: 2, c: 3 })
  const { alerts, errors } = rules.evaluate(2000)
  expect(alerts).toEqual([])
  expect(errors.map(error => error.message)).toEqual([
    'rule "copy", expr: exceeded limit of 2 with 3 series; nothing is recorded',
    'rule "Many", expr: exceeded limit of 2 with 3 alerts; its alerts are dropped',
  ])
  expect(query(store, 'copy', 2)).toHaveLength(2)
})

test('results that the rule labels make equal are an error', () => {
  const { rules, set } = setUp({ ...COPY, labels: { i: 'same' } })
  set(1, { a: 1, b: 2 })
  expect(rules.evaluate(1000).errors[0]?.message).toMatch(/same labelset after applying rule labels/)
})

test('a group is evaluated when its interval has elapsed; its alerts stand in between', () => {
  const { rules, set } = setUp(group([{ alert: 'Slow', expr: 'x > 1' }], { interval: '1m' }), {
    alert: 'Always',
    expr: 'x > 1',
  })
  const alerts = (seconds: number): string[] =>
    rules.evaluate(seconds * 1000).alerts.map(({ alert, value }) => `${alert} ${value}`)
  set(10, { a: 2 })
  expect(alerts(10)).toEqual(['Slow 2', 'Always 2'])
  set(40, { a: 3 })
  expect(alerts(40)).toEqual(['Slow 2', 'Always 3'])
  set(70, { a: 1 })
  expect(alerts(69.9)).toEqual(['Slow 2', 'Always 3'])
  expect(alerts(70)).toEqual([])
  set(200, { a: 2 })
  expect(alerts(200), 'missed times are skipped').toEqual(['Slow 2', 'Always 2'])
  set(240, { a: 3 })
  expect(alerts(240)).toEqual(['Slow 2', 'Always 3'])
  expect(alerts(250)).toEqual(['Slow 3', 'Always 3'])
  expect(rules.evaluate(5000).errors, 'a clock set back').toEqual([])
})

test('with a query offset the past is asked, and results are dated to it', () => {
  const { rules, set, store } = setUp(group([COPY, READ], { queryOffset: '10s' }))
  for (const seconds of [10, 15, 20]) set(seconds, { a: seconds })
  rules.evaluate(20_000)
  expect(query(store, 'copy', 9)).toEqual([])
  expect(query(store, 'copy', 10)).toEqual(['{__name__="copy", i="a"} 10'])
})

test('pending and firing alerts are series too, for rules that ask for them', () => {
  const { rules, set, store } = setUp(
    { alert: 'High', expr: 'x > 1', for: '10s' },
    { record: 'n', expr: 'count(ALERTS)' },
  )
  store.want([{ label: '__name__', operator: '=~', value: 'n|ALERTS.*', from: 0, to: 0 }], 0)
  for (const seconds of [5, 10, 15]) {
    set(seconds, { a: 2 })
    rules.evaluate(seconds * 1000)
  }
  expect(query(store, 'ALERTS', 10)).toEqual(['{__name__="ALERTS", alertname="High", alertstate="pending", i="a"} 1'])
  expect(query(store, 'ALERTS', 15)).toEqual(['{__name__="ALERTS", alertname="High", alertstate="firing", i="a"} 1'])
  expect(query(store, 'ALERTS_FOR_STATE', 15)).toEqual(['{__name__="ALERTS_FOR_STATE", alertname="High", i="a"} 5'])
  expect(query(store, 'n', 15)).toEqual(['{__name__="n"} 1'])
  set(20, { a: 0 })
  expect(rules.evaluate(20_000).resolved).toMatchObject([
    { alert: 'High', state: 'resolved', firedAt: 15_000, resolvedAt: 20_000 },
  ])
  expect(query(store, '{__name__=~"ALERTS.*"}', 20)).toEqual([])
  expect(rules.evaluate(20_000 + 15 * 60_000).resolved).toHaveLength(1)
  expect(rules.evaluate(20_001 + 15 * 60_000).resolved).toEqual([])
})

test('rules with wrong names, labels or durations are left out, with a reason', () => {
  const { rules } = setUp(
    { record: 'a{b}', expr: 'x' },
    { record: '', expr: 'x' },
    { record: 'y', expr: 'x', labels: { __name__: 'z' } },
    { record: 'y', expr: 'x[5m]' },
    group([COPY], { interval: 'soon' }),
  )
  expect(rules.rejected.map(error => error.message.split(';')[0])).toEqual([
    'rule "a{b}", record: braces present in the recording rule name',
    'rule "", record: invalid recording rule name: ',
    'rule "y", labels.__name__: invalid label name: "__name__"',
    'rule "y", expr: a rule needs a vector or a scalar, got range vector',
    'rule "g", interval: not a valid duration string: "soon"',
  ])
  expect(rules.health).toEqual([])
})

test('ten thousand recorded series coming and going leave nothing behind', () => {
  const store = createStore()
  const rules = createRules([COPY, READ], store)
  for (let round = 0; round < 100; round++) {
    const now = round * 600_000
    for (let i = 0; i < 100; i++) store.series({ name: 'x', labels: { i: `${round}-${i}` } }).append(now, 1)
    rules.evaluate(now)
  }
  expect(store.stats.series).toBeLessThanOrEqual(400)
})

test('an alert whose labels follow its value does not pile up ended alerts without bound', () => {
  const { rules, set } = setUp({ alert: 'A', expr: 'x', labels: { value: '{{ $value }}' } })
  let resolved = 0
  for (let second = 1; second <= 3000; second++) {
    set(second / 10, { a: second })
    resolved = rules.evaluate(second * 100).resolved.length
  }
  expect(resolved).toBe(1000)
  expect(rules.evaluate(3_000_000).resolved.length).toBeLessThanOrEqual(1)
})
