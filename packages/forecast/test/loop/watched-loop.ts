import type { Action, LedgerEntry, Refusal } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import type { MetricDefinition } from '@homeostat/semconv'
import type { LevelSeries, ScopeMetrics } from '@homeostat/signals'
import { Registry } from '@homeostat/signals'
import type { ForecastDomain, ForecastDomainOptions, ForecastTarget } from '../../src/domain.ts'
import { forecast } from '../../src/domain.ts'
import { HOUR, MINUTE, START } from '../machine.ts'

export { DAY, HOUR, MINUTE, START } from '../machine.ts'

export const TICK = 15_000

const gauge = (name: string): MetricDefinition => ({
  name,
  kind: 'gauge',
  unit: '1',
  description: 'What is forecast in a test',
  attributes: [],
})

/** A share of the test's own, `test_use`, that should stay below 0.9. */
export const use: ForecastTarget = {
  name: 'use',
  resource: 'cpu',
  expr: 'test_use',
  above: 0.9,
  within: '15m',
  unit: 'ratio',
}

/** An action that counts its runs and changes nothing. */
export function counting(name: string, overrides: Partial<Action> = {}): Action & { runs: number } {
  const action = {
    name,
    scope: 'process' as const,
    touches: [name],
    raises: [],
    lowers: [],
    risk: 0 as const,
    runs: 0,
    async run() {
      action.runs++
      return { summary: 'done', effects: { runs: 1 } }
    },
    ...overrides,
  }
  return action
}

interface WatchedLoopOptions extends ForecastDomainOptions {
  readonly actions?: readonly Action[]
  /** Draws the arms: 0.999 begins with two runs, 0.45 with a control. */
  readonly random?: () => number
  readonly from?: number
}

/** What is used, by the time since the start; undefined where it is not measured. */
export type Use = (elapsedMs: number) => number | undefined

/** The loop with forecasts in it, in virtual time, over one gauge. */
export class WatchedLoop {
  now: number
  readonly domain: ForecastDomain
  readonly optimizer: Optimizer
  readonly engine: Registry
  readonly plant: Registry
  readonly following: Disposable
  readonly #use: LevelSeries

  constructor({ actions = [], random = () => 0.999, from = START, ...options }: WatchedLoopOptions = {}) {
    this.now = from
    const clock = (): number => this.now
    this.engine = new Registry({ scope: { name: 'homeostat' }, clock })
    this.plant = new Registry({ scope: { name: 'plant' }, clock })
    this.#use = this.plant.level(gauge('test.use')).with()
    this.domain = forecast({ defaults: false, targets: [use], ...options })
    this.domain.instrumentation.enable()
    this.optimizer = new Optimizer({
      registries: [this.engine, this.plant, this.domain.instrumentation.registry],
      rules: this.domain.rules,
      responses: this.domain.responses,
      actions,
      modeOf: () => 'act',
      warmUpMs: 0,
      intervalMs: TICK,
      environment: {},
      random,
      clock,
    })
    const { store } = this.optimizer
    this.following = this.domain.follow({ store, intervalMs: TICK, on: listener => this.optimizer.on(listener) })
  }

  get forecasts(): ForecastDomain['forecasts'] {
    return this.domain.forecasts
  }

  /** Ticks for a while; with what is used then. */
  async run(durationMs: number, useAt: Use, seen: (entry: LedgerEntry) => void = () => {}): Promise<void> {
    for (const until = this.now + durationMs; this.now < until; this.now += TICK) {
      const value = useAt(this.now - START)
      if (value === undefined) this.#use.clear()
      else this.#use.set(value)
      seen((await this.optimizer.tickAndWait(this.now)).entry)
    }
  }

  collect(): ScopeMetrics {
    return this.domain.instrumentation.registry.collect(this.now)
  }

  /** The one value of a metric; undefined while there is none. */
  value({ name }: MetricDefinition): number | undefined {
    const metric = this.collect().metrics.find(({ descriptor }) => descriptor.name === name)
    return metric?.dataPoints[0]?.value as number | undefined
  }

  /** How often a component of the forecasts failed. */
  faults(): readonly unknown[] {
    return this.collect()
      .metrics.filter(({ descriptor }) => descriptor.name === 'homeostat.errors')
      .flatMap(({ dataPoints }) => dataPoints.map(({ value, attributes }) => ({ value, ...attributes })))
  }
}

/** Idle, and every two hours it climbs for twenty minutes to its limit, which it reaches at minute 80 of the two hours. */
export const ramps: Use = elapsedMs => {
  const minute = (elapsedMs % (2 * HOUR)) / MINUTE
  const wobble = 0.02 * Math.sin(elapsedMs / 7 / MINUTE)
  if (minute < 60 || minute >= 90) return 0.3 + wobble
  return 0.3 + wobble + 0.64 * Math.min(1, (minute - 60) / 20)
}

export const REACHED = 79 * MINUTE

export function reasons(refusals: readonly Refusal[]): string[] {
  return refusals.map(({ response, reason }) => `${response?.action} ${reason}`)
}
