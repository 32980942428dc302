import { performance } from 'node:perf_hooks'
import { every } from '@homeostat/signals'
import type { LoopSampler, OnSample } from './loop-sampler.ts'

/** Any longer stall meets a moment at which this timer is due. Each wake-up of an idle process costs some tens of microseconds. */
const INTERVAL_MS = 150
/** Timers have a resolution of a millisecond, and a start of the next one within it is punctual. */
const PUNCTUAL_MS = 2

/**
 * Measures the event loop by how late a coarse timer is, for runtimes whose iterations cannot be watched.
 *
 * A stall that begins within an interval makes the timer late by its end only. Its beginning comes from the loop's utilization:
 * what the interval was busy beyond the usual share of the one before belongs to the stall. Stalls shorter than the interval
 * may fall between two timers and are then not seen; the utilization has them.
 */
export class TimerSampler implements LoopSampler {
  readonly #timer: Disposable
  #lastMs = performance.now()
  #lastTime = performance.eventLoopUtilization()
  #usualShare = 0

  constructor(onSample: OnSample) {
    this.#timer = every(INTERVAL_MS, () => {
      const now = performance.now()
      const time = performance.eventLoopUtilization()
      const heldMs = this.#heldMs(now, time.active - this.#lastTime.active)
      const idleMs = time.idle - this.#lastTime.idle
      this.#usualShare = Math.min(1, Math.max(0, 1 - (idleMs + heldMs) / (now - this.#lastMs)))
      this.#lastMs = now
      this.#lastTime = time
      onSample(heldMs, idleMs, now)
    })
  }

  pendingMs(nowMs: number): number {
    return this.#heldMs(nowMs, performance.eventLoopUtilization().active - this.#lastTime.active)
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
  }

  /** Solves busy = stall + usual share of the rest, within what the timer's lateness leaves possible. */
  #heldMs(nowMs: number, busyMs: number): number {
    const elapsedMs = nowMs - this.#lastMs
    const lateMs = Math.max(0, elapsedMs - INTERVAL_MS)
    if (lateMs <= PUNCTUAL_MS) return lateMs
    const share = Math.min(this.#usualShare, 0.99)
    const stallMs = (busyMs - share * elapsedMs) / (1 - share)
    return Math.min(Math.max(stallMs, lateMs), lateMs + INTERVAL_MS)
  }
}
