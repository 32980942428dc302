import type { Domain, LedgerEntry, ProgramSource } from '@homeostat/optimizer'
import type { BoundExpression } from '@homeostat/promql'
import { compile } from '@homeostat/promql'
import type { LevelSeries, SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation } from '@homeostat/signals'
import { expect } from 'vitest'
import { definitions } from '../../src/domains/domain-definitions.ts'
import type { Homeostat, HomeostatOptions } from '../../src/index.ts'
import { homeostat } from '../../src/index.ts'

/** 2026-01-01 */
export const START: number = Date.UTC(2026, 0, 1)

class PlantInstrumentation extends SignalInstrumentation<SignalInstrumentationConfig> {
  constructor() {
    super('plant', '0', { maxSeries: 10_000 })
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

/** A service in virtual time with one gauge, and everything that shows its alerts. */
export class ObservedService implements AsyncDisposable {
  readonly h: Homeostat
  readonly #levels: { with(attributes: Record<string, string>): LevelSeries }
  readonly #alerts: BoundExpression
  readonly #forState: BoundExpression

  constructor(program: ProgramSource, options: HomeostatOptions = {}) {
    const instrumentation = new PlantInstrumentation()
    this.#levels = instrumentation.registry.level({
      name: 'test.pressure',
      kind: 'gauge',
      unit: '1',
      description: 'What the plants suffer from',
      attributes: ['plant'],
    })
    const domain: Domain = {
      name: 'plant',
      instrumentation,
      rules: [],
      responses: [],
      actions: [],
      knobs: [],
      reclaimers: [],
    }
    const off = Object.fromEntries(definitions.map(([name]) => [name, false]))
    this.h = homeostat({ ...off, autoStart: false, log: false, environment: {}, domains: [domain], ...options })
    this.#alerts = compile('ALERTS').bind(this.h.optimizer.store)
    this.#forState = compile('ALERTS_FOR_STATE').bind(this.h.optimizer.store)
    this.h.optimizer.load(program)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.h.stop()
  }

  /** Sets the gauge of a plant; its series is missing without a value. */
  set(plant: string, value: number | undefined): void {
    const series = this.#levels.with({ plant })
    if (value === undefined) series.clear()
    else series.set(value)
  }

  /** One tick; fails when two of the places that show alerts differ. */
  tick(now: number): LedgerEntry {
    const entry = this.h.optimizer.tick(now)
    const ledger = [...entry.firings.map(shown('firing')), ...entry.pending.map(shown('pending'))].toSorted()
    const when = `${(now - START) / 1000} s`
    expect(this.#statesInStore(now), `ALERTS at ${when}`).toEqual(ledger)
    expect(
      this.h
        .alerts()
        .map(({ state, ...alert }) => shown(state)(alert))
        .toSorted(),
      `h.alerts() at ${when}`,
    ).toEqual(ledger)
    expect(this.#counts(), `homeostat.alerts at ${when}`).toEqual({
      pending: entry.pending.length,
      firing: entry.firings.length,
    })
    const since = [...entry.firings, ...entry.pending].map(each => each.since)
    expect(near(this.#sinceInStore(now), since), `ALERTS_FOR_STATE at ${when}`).toBe(true)
    expect(
      near(
        this.h.alerts().map(each => Date.parse(each.since)),
        since,
      ),
      `since at ${when}`,
    ).toBe(true)
    return entry
  }

  #statesInStore(now: number): string[] {
    const value = this.#alerts.evaluate(now)
    if (value.type !== 'vector') return []
    return value.samples
      .map(({ labels }) =>
        shown(labels.get('alertstate'))({ alert: labels.get('alertname'), labels: labels.toObject() }),
      )
      .toSorted()
  }

  #sinceInStore(now: number): number[] {
    const value = this.#forState.evaluate(now)
    return value.type === 'vector' ? value.samples.map(sample => sample.value * 1000) : []
  }

  #counts(): Record<string, number> {
    const { metrics } = this.h.instrumentations[0]!.registry.collect()
    const points = metrics.find(({ descriptor }) => descriptor.name === 'homeostat.alerts')?.dataPoints ?? []
    const of = (state: string): number =>
      points
        .filter(({ attributes }) => attributes['homeostat.alert.state'] === state)
        .reduce((sum, { value }) => sum + Number(value), 0)
    return { pending: of('pending'), firing: of('firing') }
  }
}

interface Shown {
  readonly alert: string
  readonly labels: Readonly<Record<string, string>>
}

/** An alert in one line: its name, its plant and its state. */
export function shown(state: string): (alert: Shown) => string {
  return ({ alert, labels }) => `${alert} ${labels['plant'] ?? ''} ${state}`
}

/** Stored times are whole seconds of the clock on the wall. */
function near(a: readonly number[], b: readonly number[]): boolean {
  const [one, other] = [a.toSorted((x, y) => x - y), b.toSorted((x, y) => x - y)]
  return one.length === other.length && one.every((time, index) => Math.abs(time - other[index]!) <= 1000)
}
