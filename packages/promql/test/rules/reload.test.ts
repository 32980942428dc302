import { describe, expect, it } from 'vitest'
import {
  compile,
  createRules,
  createStore,
  type AlertState,
  type AlertStates,
  type Evaluation,
  type RuleSource,
  type Rules,
  type SeriesHandle,
  type Store,
} from '../../src/index.ts'

const high = { alert: 'High', expr: 'x > 1', for: '10s', annotations: { summary: 'at {{ $value }}' } }
const copy = { record: 'copy', expr: 'x' }

/** Rules over the series `x`, evaluated every five seconds. */
class Life {
  readonly store: Store = createStore()
  readonly #alerts = compile('{__name__=~"ALERTS|ALERTS_FOR_STATE|copy"}').bind(this.store)
  rules: Rules
  #x: SeriesHandle
  now = 0

  constructor(...sources: RuleSource[]) {
    this.rules = createRules(sources, this.store)
    this.#x = this.store.series({ name: 'x' })
  }

  reload(...sources: RuleSource[]): void {
    const next = createRules(sources, this.store)
    next.takeOver(this.rules)
    this.rules.dispose()
    this.rules = next
  }

  see(value: number): string[] {
    this.#x.append(this.now, value)
    const { alerts } = this.rules.evaluate(this.now)
    this.now += 5000
    return alerts.map(({ alert, state, activeAt, annotations }) =>
      [alert, state, activeAt / 1000, annotations['summary']].join(' '),
    )
  }

  get series(): string[] {
    const value = this.#alerts.evaluate(this.now - 1)
    if (value.type !== 'vector') return []
    return value.samples.map(({ labels }) => `${labels.get('__name__')} ${labels.get('alertstate')}`.trim()).toSorted()
  }
}

describe('rules that take over from others, as after a reload', () => {
  it('keep the alerts of rules that are the same, and show their new annotations', () => {
    const life = new Life(high)
    life.see(2)
    life.reload({ ...high, annotations: { summary: 'now {{ $value }}' } })
    expect(life.see(2)).toEqual(['High pending 0 now 2'])
    expect(life.see(2)).toEqual(['High firing 0 now 2'])
    life.reload({ name: 'group', rules: [{ ...high, keepFiringFor: '1m' }] })
    expect(life.see(2), 'another duration makes another rule').toEqual(['High pending 15 at 2'])
  })

  it('end the alerts and series of rules that are gone', () => {
    const life = new Life(high, copy)
    life.see(2)
    expect(life.series).toEqual(['ALERTS pending', 'ALERTS_FOR_STATE', 'copy'])
    life.reload(copy)
    expect(life.see(2)).toEqual([])
    expect(life.series).toEqual(['copy'])
    life.reload()
    life.see(2)
    expect(life.series).toEqual([])
  })

  it('may take over several times between two evaluations', () => {
    const life = new Life(high, copy)
    life.see(2)
    life.reload()
    life.reload(copy)
    life.reload(copy, high)
    expect(life.see(2)).toEqual(['High pending 0 at 2'])
    expect(life.series).toEqual(['ALERTS pending', 'ALERTS_FOR_STATE', 'copy'])
  })

  it('keep each of several rules that are the same', () => {
    const life = new Life(high, high)
    life.see(2)
    life.reload(high, high, high)
    expect(life.see(2)).toEqual(['High pending 0 at 2', 'High pending 0 at 2', 'High pending 5 at 2'])
  })
})

it('an alert that does not change is the same object at each evaluation, and so is the list', () => {
  const life = new Life(high)
  const evaluated = (value: number): Evaluation => {
    life.see(value)
    return life.rules.evaluate(life.now - 1)
  }
  const { alerts } = evaluated(2)
  expect(evaluated(2).alerts).toBe(alerts)
  const fired = evaluated(2).alerts
  expect(fired[0]).toMatchObject({ state: 'firing' })
  expect(evaluated(2).alerts).toBe(fired)
  expect(evaluated(3).alerts[0]).not.toBe(fired[0])
})

it('series that no expression can select any more leave the store while rules are evaluated', () => {
  const life = new Life(high)
  life.see(2)
  for (let hour = 1; hour <= 2; hour++) life.rules.evaluate(hour * 3_600_000)
  expect(life.store.stats.series).toBe(0)
})

describe('states of its own', () => {
  /** Every sample fires at once and for ever. */
  const forEver: AlertStates<string> = {
    ofRule: alerting => {
      const alerts: AlertState[] = []
      const names: string[] = []
      return {
        idle: false,
        leftOut: 0,
        alerts,
        get active() {
          return alerts.length
        },
        get changes() {
          return names.length
        },
        list: into => void into.push(...names),
        *update({ length, labels, sources, values }, now) {
          for (let i = alerts.length; i < length; i++) {
            alerts.push({ labels: labels[i]!, state: 'firing', activeAt: now })
            names.push(`${alerting.rule.alert}: ${alerting.annotate(sources[i]!, values[i]!)['summary']}`)
            yield
          }
        },
        *pass(why) {
          names.push(why)
          yield
        },
        takeOver() {},
        end() {},
      }
    },
  }

  it('decide what fires, and ALERTS shows it', () => {
    const store = createStore()
    const shown = compile('ALERTS').bind(store)
    const rules = createRules([{ name: 'g', interval: '10s', rules: [high] }], store, { states: forEver })
    const x = store.series({ name: 'x' })
    x.append(1000, 2)
    expect(rules.evaluate(1000).alerts).toEqual(['High: at 2'])
    x.append(6000, 0)
    expect(rules.evaluate(6000).alerts).toEqual(['High: at 2', 'not due'])
    expect(shown.evaluate(6000)).toMatchObject({ samples: [{ value: 1 }] })
  })
})
