import { Registry } from '@homeostat/signals'
import type { LevelSeries } from '@homeostat/signals'
import type { MetricDefinition } from '@homeostat/semconv'
import type { Action, LedgerEntry, Response } from '../src/index.ts'
import { Optimizer } from '../src/index.ts'
import type { OptimizerOptions } from '../src/index.ts'

export const pressure: MetricDefinition = {
  name: 'test.pressure',
  kind: 'gauge',
  unit: '1',
  description: 'What the test plant suffers from',
  attributes: ['homeostat.trial.arm'],
}

/** 2026-01-01, so that a zero in a test is never a time by accident. */
export const START = Date.UTC(2026, 0, 1)

export const relieve = (run: Action['run'], overrides: Partial<Action> = {}): Action => ({
  name: 'plant.relieve',
  scope: 'process',
  touches: ['plant'],
  raises: [],
  lowers: ['plant'],
  risk: 0,
  run,
  ...overrides,
})

export const response: Response = {
  to: { alert: 'PressureHigh' },
  action: 'plant.relieve',
  priority: 'slo',
  cooldownMs: 60_000,
  expect: { expr: 'test_pressure', direction: 'down', settleMs: 10_000, windowMs: 10_000 },
}

/** A loop in virtual time over one gauge. */
export class Loop {
  now = START
  readonly engine: Registry
  readonly registry: Registry
  readonly optimizer: Optimizer
  readonly pressure: LevelSeries

  constructor(options: Partial<OptimizerOptions> & { actions: readonly Action[] }) {
    const clock = (): number => this.now
    this.engine = new Registry({ scope: { name: 'homeostat', version: '0' }, clock })
    this.registry = new Registry({ scope: { name: 'plant', version: '0' }, clock })
    this.pressure = this.registry.level(pressure).with()
    this.optimizer = new Optimizer({
      registries: [this.engine, this.registry],
      rules: [{ alert: 'PressureHigh', expr: 'test_pressure > 0.8', for: '10s', labels: { severity: 'high' } }],
      responses: [response],
      warmUpMs: 0,
      modeOf: () => 'act',
      environment: {},
      // Leaves each block of arms as it is written: the first two are acts.
      random: () => 0.999,
      clock,
      ...options,
    })
  }

  /** The pressure of one half of a split. */
  half(arm: 'act' | 'control'): LevelSeries {
    return this.registry.level(pressure).with({ 'homeostat.trial.arm': arm })
  }

  /** Ticks every 5 s until `untilMs` after the start, letting started actions end in between. */
  async run(untilMs: number, plant: (elapsedMs: number) => number | undefined): Promise<LedgerEntry[]> {
    const entries: LedgerEntry[] = []
    for (; this.now <= START + untilMs; this.now += 5000) {
      const value = plant(this.now - START)
      if (value === undefined) this.pressure.clear()
      else this.pressure.set(value)
      entries.push((await this.optimizer.tickAndWait(this.now)).entry)
    }
    return entries
  }
}

/** Value of a series of the engine's own metrics; attributes by their last part. */
export function engineValue(loop: Loop, name: string, attributes: Record<string, string> = {}): number | undefined {
  const metric = loop.engine.collect(loop.now).metrics.find(({ descriptor }) => descriptor.name === name)
  const point = metric?.dataPoints.find(({ attributes: found }) =>
    Object.entries(attributes).every(([key, value]) =>
      Object.entries(found).some(([k, v]) => k.endsWith(key) && v === value),
    ),
  )
  return typeof point?.value === 'number' ? point.value : point?.value.count
}
