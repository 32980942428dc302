import type { RangeWindow } from './range-window.ts'
import type { RingPage } from '../store/ring-page.ts'

/** The samples of one series in a range, refilled at every use so that a steady state allocates nothing. */
export class SampleWindow implements RangeWindow {
  length = 0
  startMs = 0
  endMs = 0
  mayDrop = true
  samples: Float64Array = new Float64Array(0)
  from = 0
  /** How many samples before the end of the ring the last window began. */
  #reach = 0
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

  /** Shows a ring's samples in `(startMs, endMs]`, without stale markers. Valid until the next append. */
  fill(page: RingPage, ring: number): void {
    const last = page.indexAt(ring, this.endMs)
    const first = this.#firstAfterStart(page, ring)
    const start = page.first(ring) + first
    if (page.lastStaleAt(ring) >= start) {
      this.clear()
      for (let i = first; i <= last; i++)
        if (!page.isStaleAt(ring, i)) this.push(page.timeAt(ring, i), page.valueAt(ring, i))
    } else {
      this.samples = page.samples
      this.from = page.place(ring, first)
      this.length = last - first + 1
    }
    this.mayDrop = page.lastDropAt(ring) > start
  }

  /**
   * Mostly the window begins as many samples before the newest as in the ring before. Looking there first makes the place
   * independent of what is read, so that the processor fetches the next rings while it waits for this one.
   */
  #firstAfterStart(page: RingPage, ring: number): number {
    const { startMs } = this
    const length = page.length(ring)
    const guess = length - this.#reach
    if (guess > 0 && guess < length) {
      // Read here, and not through a method: V8 makes an object of each number that a call returns.
      const at = page.place(ring, guess)
      if ((page.samples[at] ?? NaN) > startMs && (page.samples[at - 2] ?? NaN) <= startMs) return guess
    }
    const first = page.indexAt(ring, startMs) + 1
    this.#reach = length - first
    return first
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
