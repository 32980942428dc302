import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** Node hands over what it observed a turn of the event loop later. */
const HANDED_OVER_MS = 20

/** The pauses that V8 makes from now on to collect garbage. */
export class Collections {
  #longestMs = 0
  readonly #observer = new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) this.#longestMs = Math.max(this.#longestMs, duration)
  })

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** The longest so far, by the clock. */
  async longestMs(): Promise<number> {
    await sleep(HANDED_OVER_MS)
    this.#observer.disconnect()
    return this.#longestMs
  }
}
