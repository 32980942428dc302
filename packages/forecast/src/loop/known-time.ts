/** A gap of samples counts up to this: what was not seen is not known. */
const LONGEST_GAP_MS = 5 * 60_000

/** How much time the samples of a target speak for, in milliseconds. */
export class KnownTime {
  #ms: number
  #last = Number.NaN

  constructor(ms = 0) {
    this.#ms = ms
  }

  get ms(): number {
    return this.#ms
  }

  see(sampleMs: number): void {
    const gap = sampleMs - this.#last
    if (gap > 0) this.#ms += Math.min(gap, LONGEST_GAP_MS)
    this.#last = sampleMs
  }
}
