import type { RangeWindow } from './plan.ts'
import type { Series } from './series.ts'

/** The samples of one series in a range, refilled at every use so that a steady state allocates nothing. */
export class SampleWindow implements RangeWindow {
  length = 0
  times: Float64Array = new Float64Array(64)
  values: Float64Array = new Float64Array(64)
  startMs = 0
  endMs = 0

  /** Takes a stored series' samples in `(startMs, endMs]`, without stale markers. */
  fill(series: Series): void {
    const last = series.indexAt(this.endMs)
    const first = series.indexAt(this.startMs) + 1
    this.length = 0
    for (let i = first; i <= last; i++) {
      if (!series.isStaleAt(i)) this.push(series.timeAt(i), series.valueAt(i))
    }
  }

  push(timeMs: number, value: number): void {
    if (this.length === this.times.length) this.#grow()
    this.times[this.length] = timeMs
    this.values[this.length] = value
    this.length += 1
  }

  #grow(): void {
    const times = new Float64Array(2 * this.length)
    const values = new Float64Array(2 * this.length)
    times.set(this.times)
    values.set(this.values)
    this.times = times
    this.values = values
  }
}
