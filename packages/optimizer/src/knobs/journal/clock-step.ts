/** A clock that runs a little too fast or too slow, or is read a little late, has not been set. */
const TOLERANCE_MS = 1000

/** Notices that the clock on the wall was set, by comparing it with one that only goes forward. */
export class ClockStep {
  readonly #restMs: number
  #apartMs: number | undefined
  #steppedAt = -Infinity

  /** @param restMs - how long what was written before may look older or younger than it is */
  constructor(restMs: number) {
    this.#restMs = restMs
  }

  /** @param now - on the clock on the wall; to be called again and again */
  isOver(now: number): boolean {
    const steady = performance.now()
    const apartMs = now - steady
    if (this.#apartMs !== undefined && Math.abs(apartMs - this.#apartMs) > TOLERANCE_MS) this.#steppedAt = steady
    this.#apartMs = apartMs
    return steady - this.#steppedAt > this.#restMs
  }
}
