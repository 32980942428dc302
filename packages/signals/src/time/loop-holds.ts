// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import { every } from './timers.ts'

/** How often the loop is checked while operations run. A shorter hold than twice this is not noticed. */
const BEAT_MS = 20
const LATE_MS = 2 * BEAT_MS
/** Without an operation for this long the beat stops, so that an idle process sleeps. */
const REST_AFTER_MS = 5_000
/** A loop that waited for less than this between two moments did not wait: it was busy all along. */
const WAITED_MS = 0.1

/** Options of the measurement of how long the event loop is held. */
export interface LoopHoldsOptions {
  /** A monotonic clock in milliseconds. @default performance.now */
  readonly now?: () => number
  /** For how long the event loop has waited for events since it began, in milliseconds. @default libuv's own count */
  readonly idleMs?: () => number
}

/**
 * Knows when the event loop was held, so that the time an answer waited to be read is not taken for the server's.
 *
 * An answer that comes while the loop is held (by a long computation, a garbage collection, a process that gets no CPU)
 * is read when the loop is free again. The time of its arrival is unknown. It is certain only how long the loop looked and found
 * nothing: so an operation whose end is read right after a hold is counted until the hold began. When the loop has waited
 * in between, the answer was not there yet, and the whole duration is the server's.
 *
 * A timer looks at the loop while operations run; a beat that is late or overdue is a hold. An operation costs two
 * comparisons and no allocation.
 */
export class LoopHolds {
  readonly #now: () => number
  readonly #idleMs: () => number
  #beats: Disposable | undefined
  // Fractions from the start: V8 then overwrites them in place, without an allocation.
  #lastUse = Number.NaN
  #lastBeat = Number.NaN
  /** When the hold began that the last beat ended; NaN when that beat was in time. */
  #heldSince = Number.NaN
  #idleAtBeat = Number.NaN

  constructor(options: LoopHoldsOptions = {}) {
    this.#now = options.now ?? (() => performance.now())
    this.#idleMs = options.idleMs ?? (() => performance.nodeTiming.idleTime)
  }

  /** To be called when an operation starts. */
  started(now: number): void {
    this.#lastUse = now
    if (this.#beats === undefined) this.#wake(now)
  }

  /** For how long an operation ran that started at `startedAt` and whose end is read `now`, without the hold before it. */
  duration(startedAt: number, now: number): number {
    this.#lastUse = now
    return this.#beats === undefined || now - startedAt < LATE_MS ? now - startedAt : this.#untilHold(startedAt, now)
  }

  #untilHold(startedAt: number, now: number): number {
    const isOverdue = now - this.#lastBeat > LATE_MS
    if (!isOverdue && Number.isNaN(this.#heldSince)) return now - startedAt
    return Math.max(0, this.#lastFree(now, isOverdue) - startedAt)
  }

  [Symbol.dispose](): void {
    this.#beats?.[Symbol.dispose]()
    this.#beats = undefined
  }

  /** The last moment at which the loop is known to have been free. */
  #lastFree(now: number, isOverdue: boolean): number {
    const wasHeld = !Number.isNaN(this.#heldSince) && this.#idleMs() - this.#idleAtBeat < WAITED_MS
    if (wasHeld) return this.#heldSince
    return isOverdue ? this.#lastBeat : now
  }

  #wake(now: number): void {
    this.#lastBeat = now
    this.#heldSince = Number.NaN
    this.#beats = every(BEAT_MS, () => this.#beat())
  }

  #beat(): void {
    const now = this.#now()
    const before = this.#lastBeat
    this.#lastBeat = now
    if (now - before > LATE_MS) {
      // Held since before, when the loop has not waited since the last late beat either.
      const wasHeld = !Number.isNaN(this.#heldSince) && this.#idleMs() - this.#idleAtBeat < WAITED_MS
      if (!wasHeld) this.#heldSince = before
      this.#idleAtBeat = this.#idleMs()
    } else this.#heldSince = Number.NaN
    if (now - this.#lastUse > REST_AFTER_MS) this[Symbol.dispose]()
  }
}
