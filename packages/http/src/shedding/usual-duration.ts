/** How long the usual duration looks back, in milliseconds. */
const MEMORY_MS = 30_000

/**
 * How long the requests of one route usually take. The route decides more about a duration than the load does, so a change of the mix of
 * routes must not look like overload.
 */
export class UsualDuration {
  #ms = 0
  #observedMs = 0
  #periodMs = 0
  #periodCount = 0

  /** The usual duration in milliseconds, 0 before the first period. */
  get ms(): number {
    return this.#ms
  }

  /** One request has taken so long, in milliseconds. */
  record(durationMs: number): void {
    this.#periodMs += durationMs
    this.#periodCount++
  }

  /**
   * A period has passed.
   *
   * @param mayLearn - whether its requests are taken for usual ones
   */
  advance(periodMs: number, mayLearn: boolean): void {
    if (mayLearn && this.#periodCount > 0) {
      this.#observedMs = Math.min(MEMORY_MS, this.#observedMs + periodMs)
      // The mean of all at first, and exponentially weighted once the memory is full.
      this.#ms += (this.#periodMs / this.#periodCount - this.#ms) * Math.min(1, periodMs / this.#observedMs)
    }
    this.#periodMs = 0
    this.#periodCount = 0
  }
}
