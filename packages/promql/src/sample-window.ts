import type { RangeWindow } from './plan.ts'
import type { Series } from './series.ts'

/** The samples of one series in a range, refilled at every use so that a steady state allocates nothing. */
export class SampleWindow implements RangeWindow {
  length = 0
  startMs = 0
  endMs = 0
  mayDrop = true
  #samples = new Float64Array(0)
  #first = 0
  /** Memory of its own, for samples that do not lie in a row anywhere. */
  #own = new Float64Array(0)

  timeAt(index: number): number {
    return this.#samples[2 * (this.#first + index)] ?? NaN
  }

  valueAt(index: number): number {
    return this.#samples[2 * (this.#first + index) + 1] ?? NaN
  }

  /** Shows a stored series' samples in `(startMs, endMs]`, without stale markers. Valid until the series is appended to. */
  fill(series: Series): void {
    const last = series.indexAt(this.endMs)
    const first = series.indexAt(this.startMs) + 1
    if (series.lastStaleMs > this.startMs) {
      this.clear()
      for (let i = first; i <= last; i++) if (!series.isStaleAt(i)) this.push(series.timeAt(i), series.valueAt(i))
    } else {
      this.#samples = series.samples
      this.#first = series.first + first
      this.length = last - first + 1
    }
    this.mayDrop = series.lastDropMs > this.startMs
  }

  clear(): void {
    this.#samples = this.#own
    this.#first = 0
    this.length = 0
    this.mayDrop = true
  }

  /** Adds a sample to a window that was cleared. */
  push(timeMs: number, value: number): void {
    if (2 * this.length === this.#own.length) this.#grow()
    this.#own[2 * this.length] = timeMs
    this.#own[2 * this.length + 1] = value
    this.length += 1
  }

  #grow(): void {
    const grown = new Float64Array(Math.max(64, 2 * this.#own.length))
    grown.set(this.#own)
    this.#own = grown
    this.#samples = grown
  }
}
