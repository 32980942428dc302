import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import type { EdgeReply } from './edge-client.ts'

/** Above this use of the event loop, the origin has something better to do. */
const MOST_UTILIZATION = 0.8
/** A shorter time says nothing about the use. */
const LEAST_SAMPLE_MS = 100
/** So many failures or refusals in a row are not chance. */
const MOST_FAILURES = 3
/** The first answers say how long one usually takes. */
const USUAL_OF = 5
/** An answer that takes so many times as long, and half a second, shows that the origin is slow. */
const SLOW_FACTOR = 5
const SLOW_MS = 500

/** Says when a pass of warming has to stop: the event loop is busy, answers fail in a row, or they become slow. */
export class OriginPressure {
  #reason: string | undefined
  #failures = 0
  #slow = 0
  readonly #usual: number[] = []
  #loop: EventLoopUtilization = performance.eventLoopUtilization()
  #loopAt = performance.now()

  /** Why the pass stops; undefined while it goes on. */
  get reason(): string | undefined {
    return this.#reason
  }

  isFelt(): boolean {
    if (performance.now() - this.#loopAt >= LEAST_SAMPLE_MS) {
      const { utilization } = performance.eventLoopUtilization(this.#loop)
      this.#loop = performance.eventLoopUtilization()
      this.#loopAt = performance.now()
      if (utilization > MOST_UTILIZATION) this.#reason ??= 'the event loop of this process is busy'
    }
    return this.#reason !== undefined
  }

  /** Adds an answer; undefined for one that failed. */
  add(reply: EdgeReply | undefined): void {
    const isRefused = reply === undefined || reply.status === 429 || reply.status >= 500
    this.#failures = isRefused ? this.#failures + 1 : 0
    if (this.#failures >= MOST_FAILURES) this.#reason ??= `${MOST_FAILURES} requests in a row failed or were refused`
    if (reply === undefined || isRefused) return
    if (this.#usual.length < USUAL_OF) {
      this.#usual.push(reply.durationMs)
      return
    }
    const usual = this.#usual.toSorted((a, b) => a - b)[USUAL_OF >> 1]!
    this.#slow = reply.durationMs > Math.max(SLOW_MS, SLOW_FACTOR * usual) ? this.#slow + 1 : 0
    if (this.#slow >= 2) this.#reason ??= 'answers take several times as long as the first ones'
  }
}
