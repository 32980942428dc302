import type { CounterSeries, LevelSeries } from '@homeostat/signals'
import { Registry } from '@homeostat/signals'
import type { Action } from '@homeostat/optimizer'
import { isWithin, levelAt } from './level.ts'
import { PlantAction } from './plant-action.ts'
import type { PlantSeries, PlantSpec } from './plant-spec.ts'
import { createNoise, createRandom } from '@homeostat/signals/random'

/** A specified autocorrelation is that of values so far apart. */
const APART_MS = 10_000

/** Options of a simulated plant. Times are in milliseconds. */
export interface PlantOptions {
  /** Seed of the noise, any number. */
  readonly seed: number
  readonly intervalMs: number
  readonly clock: () => number
}

interface LiveSeries {
  readonly spec: PlantSeries
  readonly noise: () => number
  readonly set: (value: number | undefined) => void
}

/** A simulated plant: series that depend on time, chance and what is done. */
export class Plant {
  readonly registry: Registry
  readonly #series: readonly LiveSeries[]
  readonly #actions: readonly PlantAction[]
  #elapsedMs = 0

  constructor(spec: PlantSpec, { seed, intervalMs, clock }: PlantOptions) {
    this.registry = new Registry({ scope: { name: 'plant' }, clock })
    this.#actions = spec.actions.map(action => new PlantAction(action, () => this.#elapsedMs))
    const random = createRandom(seed)
    this.#series = spec.series.map(series => ({
      spec: series,
      // A stream of its own each, so that one more series leaves the others as they were.
      noise: createNoise(createRandom(random() * 2 ** 32), series.autocorrelation ** (intervalMs / APART_MS)),
      set: this.#setter(series, intervalMs),
    }))
  }

  get actions(): readonly Action[] {
    return this.#actions.map(({ action }) => action)
  }

  /** Brings all series and runs to a time since the start. */
  advance(elapsedMs: number): void {
    this.#elapsedMs = elapsedMs
    for (const action of this.#actions) action.advance()
    for (const { spec, noise, set } of this.#series) {
      const atMs = elapsedMs - spec.delayMs
      const factor = this.#actions.reduce((product, action) => product * action.factorAt(spec, atMs), 1)
      const value = levelAt(spec, atMs) * factor * Math.exp(spec.noise * noise())
      set(isWithin(spec.missing, elapsedMs) ? undefined : value)
    }
  }

  #setter({ name, kind, unit, labels }: PlantSeries, intervalMs: number): (value: number | undefined) => void {
    const definition = { name, kind, unit, description: 'Of a scenario', attributes: Object.keys(labels) }
    if (kind === 'gauge') {
      const gauge: LevelSeries = this.registry.level(definition).with(labels)
      return value => (value === undefined ? gauge.clear() : gauge.set(value))
    }
    const counter: CounterSeries = this.registry.counter(definition).with(labels)
    // A counter that is missing has not moved: it has no other way to be silent.
    return value => counter.add(((value ?? 0) * intervalMs) / 1000)
  }
}
