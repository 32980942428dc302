/** Below it there is room for one more step. */
const ROOM = 0.6
/** Above it the last steps were too many. Between the two the limit stays. */
const FULL = 0.85

/** The measurements that a release depends on. */
export interface ReleaseView {
  /** The share of the time since the last look that the event loop was busy. */
  readonly utilization: number
  /** Whether a job has waited since the last look. */
  readonly hasWaited: boolean
}

/** The steps of a release. */
export interface ReleaseSteps {
  /** Added at each step. */
  readonly step: number
  readonly stepMs: number
  /** However busy the loop is: whoever reverts a limit must not be kept waiting by it. */
  readonly longestMs: number
}

/**
 * Lifts a limit step by step: one step up while the event loop has room (below 60 %), half of the way back while it is full (above
 * 85 %). It is over once nobody has waited for a step, at the latest after its longest time. Additive increase and multiplicative
 * decrease, as TCP does it (Chiu and Jain 1989).
 */
export class CapacityRelease {
  readonly #from: number
  readonly #steps: ReleaseSteps
  readonly #startedAt: number
  #capacity: number
  #steppedAt: number
  #hasWaited = false

  /** @param from - the limit */
  constructor(from: number, steps: ReleaseSteps, now: number) {
    this.#from = from
    this.#steps = steps
    this.#capacity = from
    this.#startedAt = now
    this.#steppedAt = now
  }

  /** The limit now; infinite once it is over. */
  advance(now: number, { utilization, hasWaited }: ReleaseView): number {
    this.#hasWaited ||= hasWaited
    const { step, stepMs, longestMs } = this.#steps
    if (now - this.#startedAt >= longestMs) return Infinity
    if (now - this.#steppedAt < stepMs) return this.#capacity
    if (!this.#hasWaited) return Infinity
    this.#steppedAt = now
    this.#hasWaited = false
    if (utilization < ROOM) this.#capacity += step
    else if (utilization > FULL) this.#capacity = this.#from + (this.#capacity - this.#from) / 2
    return this.#capacity
  }
}
