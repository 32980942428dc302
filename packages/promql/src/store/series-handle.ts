import type { Labels } from '../words/labels.ts'
import type { Series } from './series.ts'

/** What a handle asks of its store. */
interface SeriesStore {
  readonly generation: number
  resolve(labels: Labels, names: readonly string[]): Series | undefined
  append(series: Series, timeMs: number, value: number, stale: boolean): void
}

/** A place to append one series' samples; made by `store.series()`. */
export class SeriesHandle {
  readonly labels: Labels
  readonly spellings: readonly string[]
  readonly #store: SeriesStore
  #series: Series | undefined
  #generation = -1

  constructor(store: SeriesStore, labels: Labels, spellings: readonly string[]) {
    this.#store = store
    this.labels = labels
    this.spellings = spellings
  }

  /** Whether some expression selects the series, so that appending has an effect. */
  get wanted(): boolean {
    return this.#resolve() !== undefined
  }

  /** Adds a sample. Samples that are not newer than the last are ignored and counted by the store. */
  append(timeMs: number, value: number): void {
    const series = this.#resolve()
    if (series !== undefined) this.#store.append(series, timeMs, value, false)
  }

  /** Ends the series at this time, until a further sample arrives. */
  markStale(timeMs: number): void {
    const series = this.#resolve()
    if (series !== undefined) this.#store.append(series, timeMs, NaN, true)
  }

  #resolve(): Series | undefined {
    const series = this.#series
    if (series !== undefined && !series.evicted) return series
    if (series === undefined && this.#generation === this.#store.generation) return undefined
    this.#generation = this.#store.generation
    this.#series = this.#store.resolve(this.labels, this.spellings)
    return this.#series
  }
}
