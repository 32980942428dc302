import { METRIC_NAME, type Labels } from '../words/labels.ts'
import type { SeriesHandle } from '../store/series-handle.ts'
import type { Store } from '../store/store.ts'

interface OutputSeries {
  readonly handle: SeriesHandle
  round: number
  written: boolean
}

/**
 * The series one rule writes. A round is claimed completely before anything is written, so that a rule that fails leaves no
 * half result; a series that was written in the last round and is missing from this one ends, as in Prometheus's `Group.Eval`.
 */
export class RuleOutput {
  readonly #store: Store
  readonly #series = new Map<string, OutputSeries>()
  #round = 0

  constructor(store: Store) {
    this.#store = store
  }

  get size(): number {
    return this.#series.size
  }

  begin(): void {
    this.#round += 1
  }

  /** Says that this round writes the series; `false` when the round has it already. */
  claim(labels: Labels): boolean {
    let series = this.#series.get(labels.key)
    if (series === undefined) {
      const descriptor = { name: labels.get(METRIC_NAME), labels: labels.withoutName.toObject() }
      series = { handle: this.#store.series(descriptor), round: 0, written: false }
      this.#series.set(labels.key, series)
    }
    if (series.round === this.#round) return false
    series.round = this.#round
    return true
  }

  /** Adds a sample to a series claimed in this round. */
  append(labels: Labels, timeMs: number, value: number): void {
    const series = this.#series.get(labels.key)
    if (series === undefined) return
    series.written = true
    series.handle.append(timeMs, value)
  }

  /** Ends the series that this round has not. */
  end(timeMs: number): void {
    this.#series.forEach((series, key) => {
      if (series.round === this.#round) return
      if (series.written) series.handle.markStale(timeMs)
      this.#series.delete(key)
    })
  }
}
