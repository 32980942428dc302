/** A gap of samples counts up to this: what was not seen is not known. */
const LONGEST_GAP_MS = 5 * 60_000

/** How much time the samples of a target speak for, in milliseconds. */
export class KnownTime {
  #ms: number
  #lastMs: number

  constructor(ms = 0, lastMs: number = Number.NaN) {
    this.#ms = ms
    this.#lastMs = lastMs
  }

  get ms(): number {
    return this.#ms
  }

  /** The last sample. */
  get lastMs(): number {
    return this.#lastMs
  }

  see(sampleMs: number): void {
    const gap = sampleMs - this.#lastMs
    if (gap > 0) this.#ms += Math.min(gap, LONGEST_GAP_MS)
    this.#lastMs = sampleMs
  }
}
