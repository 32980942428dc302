import type { Attributes } from '@opentelemetry/api'
import type { LevelSeries } from '@homeostat/signals'

/** Shows what is there now, as sums by attributes; what was there before and is not any more goes to zero. */
export class CurrentLevels {
  readonly #instrument: { with(attributes: Attributes): LevelSeries }
  readonly #shown = new Map<LevelSeries, number>()

  constructor(instrument: { with(attributes: Attributes): LevelSeries }) {
    this.#instrument = instrument
  }

  show(values: Iterable<readonly [attributes: Attributes, value: number]>): void {
    for (const series of this.#shown.keys()) this.#shown.set(series, 0)
    for (const [attributes, value] of values) {
      const series = this.#instrument.with(attributes)
      this.#shown.set(series, (this.#shown.get(series) ?? 0) + value)
    }
    for (const [series, value] of this.#shown) series.set(value)
  }
}
