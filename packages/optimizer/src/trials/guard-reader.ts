import type { Measurement, Reading } from '../alerts/measurement.ts'
import type { Guard } from '../words/response.ts'

/** Series of one guard that are watched; a guard is meant to be an aggregate. */
export const MAX_SERIES = 20

/** The value of one series of a guard's expression, with its ratio's denominator. */
interface Guarded {
  readonly reading: Reading
  readonly denominator: number | undefined
}

/** The values of a guard, by the key of their series: many trials look up theirs. */
export type GuardedSeries = ReadonlyMap<string, Guarded>

/** Reads the guards of one tick, each once. */
export class GuardReader {
  readonly #now: number
  readonly #read = new Map<Guard, GuardedSeries>()

  constructor(now: number) {
    this.#now = now
  }

  read(guard: Guard, measurement: Measurement): GuardedSeries {
    const known = this.#read.get(guard)
    if (known) return known
    const denominators = guard.denominator === undefined ? [] : measurement.read(guard.denominator, this.#now)
    const byKey = new Map(denominators.map(({ key, value }) => [key, value]))
    const only = denominators.length === 1 ? denominators[0]?.value : undefined
    const values = new Map<string, Guarded>()
    for (const reading of measurement.read(guard.expr, this.#now))
      values.set(reading.key, { reading, denominator: byKey.get(reading.key) ?? only })
    this.#read.set(guard, values)
    return values
  }
}
