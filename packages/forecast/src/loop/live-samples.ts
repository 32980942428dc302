/** How often a forecaster is asked to learn: its horizons are minutes, and a saved state fits whatever the loop's interval is. */
export const SAMPLE_MS = 15_000

/**
 * The samples of a target as its forecaster takes them in: of the ticks in between the highest value counts, because a limit is
 * reached when one of them reaches it.
 */
export class LiveSamples {
  #takenMs = Number.NEGATIVE_INFINITY
  #seenMs = Number.NEGATIVE_INFINITY
  #highest = Number.NEGATIVE_INFINITY

  /** The sample that is due now, if one is. The same time given again has nothing new. */
  take(now: number, value: number | undefined): number | undefined {
    if (now === this.#seenMs) return undefined
    // The clock was put back: due times are counted from there.
    if (now < this.#takenMs) this.#takenMs = now - SAMPLE_MS
    this.#seenMs = now
    if (value === undefined) {
      this.#highest = Number.NEGATIVE_INFINITY
      return undefined
    }
    this.#highest = Math.max(this.#highest, value)
    if (now - this.#takenMs < SAMPLE_MS) return undefined
    const taken = this.#highest
    this.#takenMs = now
    this.#highest = Number.NEGATIVE_INFINITY
    return taken
  }
}
