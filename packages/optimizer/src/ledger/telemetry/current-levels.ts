import type { Attributes } from '@opentelemetry/api'
import type { LevelSeries } from '@homeostat/signals'

interface Shown {
  readonly series: LevelSeries
  value: number
}

/** Shows what is there now, as sums by attributes; what was there before and is not any more goes to zero. */
export class CurrentLevels {
  readonly #instrument: { with(attributes: Attributes): LevelSeries }
  readonly #names: readonly string[]
  /** By the attributes' values: at each tick they are mostly the same, and binding a series hashes its attributes. */
  readonly #shown = new Map<string, Shown>()

  /** @param names - of the attributes, in the order in which their values are shown */
  constructor(instrument: { with(attributes: Attributes): LevelSeries }, names: readonly string[]) {
    this.#instrument = instrument
    this.#names = names
  }

  show(rows: Iterable<readonly [values: readonly string[], value: number]>): void {
    for (const shown of this.#shown.values()) shown.value = 0
    for (const [values, value] of rows) this.#of(values).value += value
    for (const { series, value } of this.#shown.values()) series.set(value)
  }

  #of(values: readonly string[]): Shown {
    const key = values.join('\0')
    const known = this.#shown.get(key)
    if (known) return known
    const series = this.#instrument.with(Object.fromEntries(this.#names.map((name, index) => [name, values[index]!])))
    const shown = { series, value: 0 }
    this.#shown.set(key, shown)
    return shown
  }
}
