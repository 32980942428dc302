/** A gap of more ticks than this is a trial, a suspend or an outage in between, not the pace of the samples. */
const GAP = 10

/** The usual time between two values that were there; missing ticks make it longer, gaps do not. */
export class Pace {
  #ms: number
  #last: number | undefined

  constructor(ms = 0) {
    this.#ms = ms
  }

  /** Time between samples in ms; 0 until there were two. */
  get ms(): number {
    return this.#ms
  }

  /** Takes a sample's time and returns how much of the time since the last sample counts as observed, in ms. */
  beat(now: number): number {
    const since = this.#last === undefined ? 0 : now - this.#last
    this.#last = now
    if (since <= 0) return 0
    if (this.#ms === 0) return (this.#ms = since)
    if (since > GAP * this.#ms) return this.#ms
    this.#ms += (since - this.#ms) / 32
    return since
  }
}
