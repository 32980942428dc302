import type { Action, LedgerEntry, Response } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import type { Histories } from '@homeostat/optimizer/parts'
import type { MetricDefinition } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { STEP_MS, type Rule } from './alarms.ts'
import type { Plant } from './plants/plant.ts'

const LOAD: MetricDefinition = {
  name: 'chaos.load',
  kind: 'gauge',
  unit: '1',
  description: 'The plant',
  attributes: [],
}
/** The action's effect lasts for the settling and the window. */
const EFFECT_MS = 180_000

/** The whole loop with its default settings around one plant and one action, in virtual time. */
export class PlantLoop {
  readonly #optimizer: Optimizer
  readonly #plant: Plant
  readonly #load: { set(value: number): void; clear(): void }
  #now: number
  #actedUntil = 0

  constructor(plant: Plant, { threshold, firesAfter = 3 }: Rule, startAt: number, random: () => number) {
    this.#now = startAt
    this.#plant = plant
    const clock = (): number => this.#now
    const engine = new Registry({ scope: { name: 'homeostat', version: '0' }, clock })
    const registry = new Registry({ scope: { name: 'plant', version: '0' }, clock })
    this.#load = registry.level(LOAD).with()
    const act: Action = {
      name: 'chaos.act',
      scope: 'process',
      touches: ['load'],
      raises: [],
      lowers: ['load'],
      risk: 0,
      run: async () => {
        this.#actedUntil = this.#now + EFFECT_MS
        plant.act?.()
        return { summary: 'acted', effects: { acts: 1 } }
      },
    }
    const response: Response = {
      to: { alert: 'LoadHigh' },
      action: act.name,
      priority: 'efficiency',
      expect: { expr: 'chaos_load', direction: 'down' },
    }
    this.#optimizer = new Optimizer({
      registries: [engine, registry],
      rules: [{ alert: 'LoadHigh', expr: `chaos_load > ${threshold}`, for: `${(firesAfter * STEP_MS) / 1000}s` }],
      responses: [response],
      actions: [act],
      modeOf: () => 'act',
      intervalMs: STEP_MS,
      environment: {},
      clock,
      random,
    })
  }

  /** The time of the next tick. */
  get now(): number {
    return this.#now
  }

  get histories(): Histories {
    return this.#optimizer.histories
  }

  /** Time in which nobody looks; the plant stands still. */
  skipTo(ms: number): void {
    this.#now = Math.max(this.#now, ms)
  }

  async tick(): Promise<LedgerEntry> {
    const value = this.#plant.next(this.#now < this.#actedUntil)
    if (Number.isNaN(value)) this.#load.clear()
    else this.#load.set(value)
    const { entry } = await this.#optimizer.tickAndWait(this.#now)
    this.#now += STEP_MS
    return entry
  }

  stop(): Promise<void> {
    return this.#optimizer.stop()
  }
}
