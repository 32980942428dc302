import type { RangeWindow } from './plan.ts'
import type { Series } from './series.ts'

/** The samples of one series in a range, refilled at every use so that a steady state allocates nothing. */
export class SampleWindow implements RangeWindow {
  length = 0
  startMs = 0
  endMs = 0
  mayDrop = true
  samples: Float64Array = new Float64Array(0)
  from = 0
  /** Memory of its own, for samples that do not lie in a row anywhere. */
  #own = new Float64Array(0)

  get to(): number {
    return this.from + 2 * this.length
  }

  timeAt(index: number): number {
    return this.samples[this.from + 2 * index] ?? NaN
  }

  valueAt(index: number): number {
    return this.samples[this.from + 2 * index + 1] ?? NaN
  }

  /** Shows a stored series' samples in `(startMs, endMs]`, without stale markers. Valid until the series is appended to. */
  fill(series: Series): void {
    const last = series.indexAt(this.endMs)
    const first = series.indexAt(this.startMs) + 1
    const start = series.first + first
    if (series.lastStaleAt >= start) {
      this.clear()
      for (let i = first; i <= last; i++) if (!series.isStaleAt(i)) this.push(series.timeAt(i), series.valueAt(i))
    } else {
      this.samples = series.samples
      this.from = 2 * start
      this.length = last - first + 1
    }
    this.mayDrop = series.lastDropAt > start
  }

  clear(): void {
    this.samples = this.#own
    this.from = 0
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
    this.samples = grown
  }
}
