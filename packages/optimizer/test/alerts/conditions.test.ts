import { createRules, createStore } from '@homeostat/promql'
import type { Rules, RuleSource, SeriesHandle, Store } from '@homeostat/promql'
import { expect, test } from 'vitest'
import type { AlertInputs } from '../../src/alerts/alert-inputs.ts'
import { Conditions } from '../../src/alerts/conditions.ts'
import type { Firing, PendingAlert } from '../../src/words/firing.ts'

const INTERVAL_MS = 5000
const HOUR_MS = 3_600_000

const everythingIsThere: AlertInputs = {
  prepare: function* () {},
  hasInputs: () => true,
  isClear: () => true,
}

/** Rules over the series `x`, one per label `i`. */
class Plants {
  readonly store: Store = createStore({ intervalMs: INTERVAL_MS })
  readonly conditions: Conditions
  readonly #inputs: AlertInputs
  readonly #handles = new Map<string, SeriesHandle>()
  rules: Rules<Firing | PendingAlert>
  now = 0

  constructor(sources: readonly RuleSource[], inputs: Partial<AlertInputs> = {}, max = 10_000) {
    this.conditions = new Conditions({ intervalMs: INTERVAL_MS, max })
    this.#inputs = { ...everythingIsThere, ...inputs }
    this.rules = this.#load(sources)
  }

  reload(sources: readonly RuleSource[]): void {
    const next = this.#load(sources)
    next.takeOver(this.rules)
    this.rules.dispose()
    this.rules = next
  }

  /** Those that have a value now; all others are gone. Their names and states, e.g. `a firing`. */
  see(values: Readonly<Record<string, number>>): string[] {
    for (const name of Object.keys(values)) this.#handleOf(name)
    for (const [name, handle] of this.#handles) {
      const value = values[name]
      if (value === undefined) handle.markStale(this.now)
      else handle.append(this.now, value)
    }
    const { alerts } = this.rules.evaluate(this.now)
    this.now += INTERVAL_MS
    return alerts.map(alert => `${alert.labels['i']} ${'firesAt' in alert ? 'pending' : 'firing'}`)
  }

  get limited(): number[] {
    this.now -= 1
    return this.rules.evaluate(this.now++).limited.map(({ leftOut }) => leftOut)
  }

  #load(sources: readonly RuleSource[]): Rules<Firing | PendingAlert> {
    return createRules(sources, this.store, { states: this.conditions.readingFrom(this.#inputs), maxAlertsPerRule: 3 })
  }

  #handleOf(i: string): SeriesHandle {
    let handle = this.#handles.get(i)
    if (handle === undefined) this.#handles.set(i, (handle = this.store.series({ name: 'x', labels: { i } })))
    return handle
  }
}

const high = { alert: 'High', expr: 'x > 1' }

test('each label set of a rule has a state of its own, and its changes are reported once', () => {
  const plants = new Plants([high])
  plants.see({ a: 2 })
  expect(plants.conditions.takeTransitions()).toMatchObject([
    { alert: 'High', labels: { i: 'a' }, from: 'inactive', to: 'firing' },
  ])
  expect(plants.see({ a: 1, b: 2 })).toEqual(['b firing'])
  expect(plants.conditions.takeTransitions().map(({ labels, to }) => [labels['i'], to])).toEqual([
    ['a', 'inactive'],
    ['b', 'firing'],
  ])
  expect(plants.conditions.takeTransitions()).toEqual([])
})

test('an alert that has been quiet for four hours is forgotten', () => {
  const plants = new Plants([high])
  plants.see({ a: 2 })
  plants.see({ a: 1 })
  expect(plants.conditions.size).toBe(1)
  plants.now += 4 * HOUR_MS + 1
  plants.see({ a: 1 })
  expect(plants.conditions.size).toBe(0)
})

test('only alerts that are pending or fire without a sample are asked whether they are clear', () => {
  const asked: (string | undefined)[] = []
  const plants = new Plants([high], { isClear: (_, labels) => asked.push(labels['i']) > 0 })
  plants.see({ a: 2, b: 2 })
  plants.see({ a: 2, b: 1 })
  plants.see({ a: 2, b: 1 })
  expect(asked).toEqual(['b'])
})

test('without its inputs an alert neither begins nor ends: absence is not health', () => {
  let isThere = false
  const plants = new Plants([high], { hasInputs: () => isThere })
  expect(plants.see({ a: 2 })).toEqual([])
  isThere = true
  expect(plants.see({ a: 2 })).toEqual(['a firing'])
  isThere = false
  expect(plants.see({ a: 1 })).toEqual(['a firing'])
  isThere = true
  expect(plants.see({ a: 1 })).toEqual([])
})

test('a rule that fails keeps its alerts, nothing acts on them, and another rule of the same name goes on', () => {
  const plants = new Plants([
    { alert: 'High', expr: 'x * on () x > 1' },
    { alert: 'High', expr: 'x > 1', labels: { severity: 'high' } },
  ])
  plants.see({ a: 2 })
  const { alerts, errors } = plants.rules.evaluate(plants.now)
  expect([alerts.length, errors.length]).toEqual([2, 0])
  plants.see({ a: 2, b: 1 })
  const failed = plants.rules.evaluate(plants.now)
  expect(failed.errors.map(({ message }) => message)).toEqual([expect.stringMatching(/its alerts stay as they were$/)])
  expect(failed.alerts.map(({ labels, missingSince }) => [labels['severity'], missingSince !== undefined])).toEqual([
    [undefined, true],
    ['high', false],
  ])
})

test('alerts beyond the most of a rule are left out, those that are known go on, and one that ends makes room', () => {
  const plants = new Plants([high])
  expect(plants.see({ a: 2, b: 2, c: 2, d: 2, e: 2 })).toEqual(['a firing', 'b firing', 'c firing'])
  expect(plants.limited).toEqual([2])
  expect(plants.see({ a: 2, b: 1, c: 2, d: 2, e: 2 })).toEqual(['a firing', 'c firing', 'd firing'])
  expect(plants.limited).toEqual([1])
})

test('alerts beyond the most of all rules are left out; alerts that ended long ago give their places up first', () => {
  const plants = new Plants([high, { alert: 'Low', expr: 'x < 1' }], {}, 2)
  expect(plants.see({ a: 2, b: 0, c: 2 })).toEqual(['a firing', 'c firing'])
  expect(plants.limited).toEqual([1])
  expect(plants.see({ a: 1, b: 0, c: 2 })).toEqual(['c firing', 'b firing'])
  expect([plants.limited, plants.conditions.size]).toEqual([[], 2])
})

test('more samples than the limit of a group make the rule fail', () => {
  const plants = new Plants([{ name: 'g', limit: 1, rules: [high] }])
  plants.see({ a: 2 })
  expect(plants.see({ a: 2, b: 2 })).toEqual(['a firing'])
  const { alerts, errors } = plants.rules.evaluate(plants.now)
  expect(errors.map(({ message }) => message)).toEqual([
    'rule "High", expr: exceeded limit of 1 with 2 alerts; its alerts stay as they were',
  ])
  expect(alerts[0]).toHaveProperty('missingSince')
})

test('an alert that does not change is the same object at each evaluation, and so is the list', () => {
  const plants = new Plants([high, { alert: 'Soon', expr: 'x > 1', for: '1h' }])
  plants.see({ a: 2, b: 2 })
  const { alerts } = plants.rules.evaluate(plants.now)
  expect(alerts).toHaveLength(4)
  plants.see({ a: 2, b: 2 })
  expect(plants.rules.evaluate(plants.now).alerts).toBe(alerts)
  plants.see({ a: 2, b: 3 })
  const changed = plants.rules.evaluate(plants.now).alerts
  expect(changed.map((alert, index) => alert === alerts[index])).toEqual([true, false, true, false])
})

test('an unchanged rule keeps its alerts across reloads, one that is gone ends them', () => {
  const slow = { ...high, for: '15s' }
  const plants = new Plants([slow])
  plants.see({ a: 2 })
  plants.reload([{ ...slow, annotations: { summary: 'in other words' } }])
  plants.reload([{ ...slow, annotations: { summary: 'in still other words' } }])
  expect(plants.see({ a: 2 })).toEqual(['a pending'])
  expect(plants.rules.evaluate(plants.now).alerts).toMatchObject([
    { since: 0, firesAt: 15_000, annotations: { summary: 'in still other words' } },
  ])
  plants.see({ a: 2 })
  plants.conditions.takeTransitions()
  expect(plants.see({ a: 2 })).toEqual(['a firing'])
  plants.reload([])
  expect(plants.see({ a: 2 })).toEqual([])
  expect(plants.conditions.takeTransitions().map(({ from, to }) => [from, to])).toEqual([
    ['pending', 'firing'],
    ['firing', 'inactive'],
  ])
  expect(plants.conditions.size).toBe(0)
  plants.reload([{ ...slow, expr: 'x > 1.5' }])
  expect(plants.see({ a: 2 })).toEqual(['a pending'])
})

test('a pending alert shows when only the limit on flapping keeps it from firing', () => {
  const plants = new Plants([high])
  plants.see({ a: 1 })
  plants.now += 3 * HOUR_MS
  expect([plants.see({ a: 2 }), plants.see({ a: 1 })]).toEqual([['a firing'], []])
  const heldBackSince = plants.now
  expect(plants.see({ a: 2 })).toEqual(['a pending'])
  expect(plants.see({ a: 2 })).toEqual(['a pending'])
  expect(plants.rules.evaluate(plants.now).alerts).toMatchObject([{ heldBackSince, firesAt: heldBackSince }])
})

test('a rule with a thousand alerts gives way while they are evaluated, and evaluates no part of an alert twice', () => {
  let asked = 0
  const conditions = new Conditions({ intervalMs: INTERVAL_MS })
  const inputs = { ...everythingIsThere, hasInputs: () => ++asked > 0 }
  const store = createStore({ intervalMs: INTERVAL_MS })
  const rules = createRules([high], store, { states: conditions.readingFrom(inputs) })
  const handles = Array.from({ length: 1000 }, (_, i) => store.series({ name: 'x', labels: { i: `${i}` } }))
  for (let now = 0; now <= 2 * INTERVAL_MS; now += INTERVAL_MS) {
    for (const handle of handles) handle.append(now, 2)
    asked = 0
    let rests = 0
    const steps = rules.evaluateInSteps(now)
    for (let step = steps.next(); !step.done; step = steps.next()) rests++
    expect(rests).toBeGreaterThanOrEqual(60)
    expect(asked).toBe(1000)
  }
})

test('alerts that come and go leave nothing behind but what the limit on flapping remembers', () => {
  const plants = new Plants([high], {}, 4)
  for (let round = 0; round < 50; round++) {
    expect(plants.see({ [`p${round}`]: 2, [`q${round}`]: 2 })).toEqual([`p${round} firing`, `q${round} firing`])
    expect(plants.conditions.size).toBeLessThanOrEqual(4)
  }
  plants.see({ p0: 1 })
  plants.now += 5 * HOUR_MS
  plants.see({ p0: 1 })
  expect(plants.conditions.size).toBe(0)
})
