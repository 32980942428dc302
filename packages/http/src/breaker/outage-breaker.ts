import { CircuitState, SamplingBreaker, type IBreaker } from 'cockatiel'

/** Failures in a row, without a success for {@link SILENT_MS}, are an outage. */
const IN_A_ROW = 8
const SILENT_MS = 1000
/** They have to come at so many moments that are this far apart: results that a blocked event loop delivers together are one moment. */
const MOMENTS = 5
const MOMENT_MS = 100
/** The share of failures over 10 s that is an outage, from 2 calls per second on. */
const SHARE = { threshold: 0.5, duration: 10_000, minimumRps: 2 } as const
/** A share is a burst of noise rather than an outage until the calls behind it span this time. */
const LEAST_SPAN_MS = 2000

/**
 * Decides when a circuit opens: when half of the calls of 10 s failed and they span 2 s, or when nothing has succeeded for a second and
 * 8 calls have failed. The share alone would notice a service that hangs only once its failures outnumber the successes from before. A burst
 * of failures between successes, as noise makes them, opens nothing.
 */
export class OutageBreaker implements IBreaker {
  readonly #sampling = new SamplingBreaker(SHARE)
  readonly #now: () => number
  #inARow = 0
  #moments = 0
  #momentAt = Number.NEGATIVE_INFINITY
  #succeededAt: number
  /** When the first call came, or the first one after the service was back. */
  #since: number | undefined

  /** @param now - in milliseconds. @default Date.now, the clock of cockatiel */
  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#succeededAt = now()
  }

  get state(): unknown {
    return this.#sampling.state
  }

  set state(value: unknown) {
    this.#sampling.state = value
  }

  success(state: CircuitState): void {
    this.#inARow = 0
    this.#moments = 0
    this.#succeededAt = this.#now()
    // The counts begin anew.
    if (state === CircuitState.HalfOpen) this.#since = this.#succeededAt
    this.#since ??= this.#succeededAt
    this.#sampling.success(state)
  }

  failure(state: CircuitState): boolean {
    const now = this.#now()
    this.#since ??= now
    const isShareExceeded = this.#sampling.failure(state) && now - this.#since >= LEAST_SPAN_MS
    this.#inARow++
    if (now - this.#momentAt >= MOMENT_MS) {
      this.#moments++
      this.#momentAt = now
    }
    if (state !== CircuitState.Closed) return true
    const isSilent = now - this.#succeededAt >= SILENT_MS && this.#inARow >= IN_A_ROW && this.#moments >= MOMENTS
    return isShareExceeded || isSilent
  }
}
