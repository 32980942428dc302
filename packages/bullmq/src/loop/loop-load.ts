import { performance } from 'node:perf_hooks'

/** A shorter measurement is not reported. */
const SHORTEST_MS = 1000
/** Older than this, a measurement is made anew. */
const WINDOW_MS = 10_000

/** How busy the event loop was in about the last ten seconds. */
export class LoopLoad {
  #from = performance.eventLoopUtilization()
  #fromMs = performance.now()
  #last: number | undefined

  /** 0 to 1; `undefined` in the first second, and in the first one after it was not read for a while. */
  get utilization(): number | undefined {
    const now = performance.now()
    const passedMs = now - this.#fromMs
    if (passedMs < SHORTEST_MS) return this.#last
    const current = performance.eventLoopUtilization()
    if (passedMs > 3 * WINDOW_MS) {
      // A mean over all that time would say nothing about now.
      this.#from = current
      this.#fromMs = now
      return (this.#last = undefined)
    }
    const { utilization } = performance.eventLoopUtilization(current, this.#from)
    if (passedMs >= WINDOW_MS) {
      this.#from = current
      this.#fromMs = now
    }
    this.#last = utilization
    return utilization
  }
}
