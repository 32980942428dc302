/**
 * When a group is due: first at once, then once in every interval counted from the first time. Missed times are skipped, and the
 * schedule starts over when the clock jumps back.
 */
export class GroupSchedule {
  readonly #intervalMs: number
  #startedAt: number | undefined
  #turn = 0

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** Asks once per evaluation. */
  due(now: number): boolean {
    const turn = this.#startedAt === undefined ? -1 : Math.floor((now - this.#startedAt) / this.#intervalMs)
    if (this.#startedAt === undefined || turn < this.#turn) {
      this.#startedAt = now
      this.#turn = 0
      return true
    }
    if (turn === this.#turn) return false
    this.#turn = turn
    return true
  }
}
