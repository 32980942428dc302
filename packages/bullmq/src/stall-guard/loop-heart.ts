import { every } from '@homeostat/signals'
import { beatMsOf } from './thread/guarded-queue.ts'
import { LoopPulse } from './thread/shared-memory.ts'

/** Without a shorter lock. */
const SLOWEST_LOCK_MS = 30_000

/** Beats while the event loop runs, and notices afterwards that it did not. A beat allocates nothing. */
export class LoopHeart implements Disposable {
  readonly pulse: LoopPulse = new LoopPulse()
  readonly #onLate: (lateMs: number, lastBeat: number) => void
  readonly #onBeat: (nowMs: number) => void
  #timer: Disposable | undefined
  #beatMs = Infinity
  #lateMs = Infinity
  #beatAt = 0
  /** The same on the clock of the system, in milliseconds since the epoch. */
  #beatDate = 0

  /**
   * @param onLate - called at the first beat after a late one, with the time between the two and the former beat as 32 bits
   * @param onBeat - called at each beat
   */
  constructor(onLate: (lateMs: number, lastBeat: number) => void, onBeat: (nowMs: number) => void) {
    this.#onLate = onLate
    this.#onBeat = onBeat
  }

  /** Beats often enough for a lock of this time. @param lateMs - a beat that is later counts as a block */
  keepFor(lockMs: number = SLOWEST_LOCK_MS, lateMs: number = lockMs): void {
    this.#lateMs = Math.min(this.#lateMs, lateMs)
    const beatMs = beatMsOf(lockMs)
    if (beatMs >= this.#beatMs) return
    this.#beatMs = beatMs
    this.#timer?.[Symbol.dispose]()
    if (this.#beatAt === 0) this.#start()
    this.#timer = every(beatMs, this.#beat)
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#beatMs = this.#lateMs = Infinity
    this.#beatAt = 0
  }

  #start(): void {
    this.#beatAt = performance.now()
    this.pulse.beat(this.#beatAt)
  }

  /**
   * Beats now when a beat is late. To be called before a job is forgotten: libuv looks for answers before it runs timers, so the
   * answer that ends a job may come before the first beat after a block.
   */
  readonly beatIfLate = (): void => {
    // Asking this clock takes a fifth of the time. When somebody sets it, the timer notices the block all the same.
    if (Date.now() - this.#beatDate < this.#lateMs) return
    if (performance.now() - this.#beatAt >= this.#lateMs) this.#beat()
  }

  readonly #beat = (): void => {
    const now = performance.now()
    const lateMs = now - this.#beatAt
    const { lastBeat } = this.pulse
    this.#beatAt = now
    this.#beatDate = Date.now()
    this.pulse.beat(now)
    if (lateMs >= this.#lateMs) this.#onLate(lateMs, lastBeat)
    this.#onBeat(now)
  }
}
