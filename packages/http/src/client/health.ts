import { Slowdown } from './slowdown.ts'

/** How a service is, by what its answers show. */
export type HealthState = 'ok' | 'degraded' | 'down'

export const healthStates: readonly HealthState[] = ['ok', 'degraded', 'down']

const SLICE_MS = 5000
/** The slices over which a share of failures is taken: 15 s. */
const SLICES = 3
/** Fewer requests in the window say nothing by their share. */
const MIN_REQUESTS = 10
/** So many failures without a success between them are an outage, however few requests there are. */
const CONSECUTIVE = 5
/** Shares of failures at which a state is entered, and below which it is left. The gap is the hysteresis. */
const LIMITS = {
  degraded: { enter: 0.1, leave: 0.05, failures: 3 },
  down: { enter: 0.5, leave: 0.25, failures: 5 },
} as const
/** A state is left after so many slices in a row that have requests and are below the limit. */
const CALM_SLICES = 2
/** A service without requests for this long has no state: nobody knows it. */
const FORGOTTEN_MS = 300_000
/** So many requests that wait all the time, without any answer for so long, are silence of a service that usually is fast. */
const MOST_UNANSWERED = 3
const SILENCE_MS = SLICES * SLICE_MS
const FAST_MS = 1000
/**
 * Long polling: some requests are answered at once, and others after half a minute in which nothing happened. So silence also has to be
 * longer than the longest answers by this factor. Those are forgotten by half in two days: what returns every day stays known.
 */
const BEYOND_LONGEST = 1.5
const HALF_FORGOTTEN_MS = 2 * 86_400_000

/**
 * The state of a service, from the results of its requests and from how long it takes to answer, with hysteresis: a service at the edge of a limit
 * does not flap. One that answers ten times slower than it usually does is degraded. It
 * follows the clock of its callers; when and how often the state is asked for changes nothing.
 */
export class Health {
  /** Requests that were sent and have no answer yet. */
  #waiting = 0
  /** Since when so many wait that it would be silence, and none was answered; means nothing while fewer wait. */
  #quietSinceMs = 0
  #state: HealthState = 'ok'
  #isKnown = false
  #lastMs = Number.NEGATIVE_INFINITY
  #sliceEndMs = Number.NEGATIVE_INFINITY
  #calm = 0
  #failedInARow = 0
  /** The usual time until an answer begins, in milliseconds; a moving mean. */
  #usualMs: number | undefined
  /** The longest time until an answer began, as it was at {@link #longestAtMs}; noted only where it matters for silence. */
  #longestMs = 0
  #longestAtMs = 0
  readonly #slowdown = new Slowdown()
  readonly #requests = new Uint32Array(SLICES)
  readonly #failures = new Uint32Array(SLICES)
  #slice = 0

  succeeded(nowMs: number): void {
    this.#count(nowMs, 0)
    this.#failedInARow = 0
  }

  failed(nowMs: number): void {
    this.#count(nowMs, 1)
    this.#failedInARow++
    // Not at the end of the slice: nobody gains by waiting for it.
    if (this.#failedInARow >= CONSECUTIVE) this.#enter('down')
  }

  /** A request was sent. */
  sent(nowMs: number): void {
    if (++this.#waiting === MOST_UNANSWERED) this.#quietSinceMs = nowMs
  }

  /** A request that was sent waits no longer: its answer has begun, or nobody wants it any more. */
  awaitedNoLonger(): void {
    this.#waiting--
  }

  /** Forgets the requests that wait: nobody follows them any more. */
  restart(): void {
    this.#waiting = 0
  }

  /** An answer has begun after so many milliseconds. */
  answered(ms: number, nowMs: number): void {
    this.#advance(nowMs)
    this.#quietSinceMs = nowMs
    this.#slowdown.answered(ms)
    this.#usualMs = this.#usualMs === undefined ? ms : this.#usualMs + (ms - this.#usualMs) / 20
    if (ms * BEYOND_LONGEST <= SILENCE_MS || ms < this.#longestAt(nowMs)) return
    // A service without an end of a request for longer has no state.
    this.#longestMs = Math.min(ms, FORGOTTEN_MS)
    this.#longestAtMs = nowMs
  }

  /** How many times as long as usual answers take; undefined while that is not known. */
  get slowdown(): number | undefined {
    return this.#slowdown.ratio
  }

  /** The state at a time; undefined for a service without enough requests to know, or without any for 5 minutes. */
  stateAt(nowMs: number): HealthState | undefined {
    this.#advance(nowMs)
    return this.#isKnown && nowMs - this.#lastMs <= FORGOTTEN_MS ? this.#state : undefined
  }

  #count(nowMs: number, failures: number): void {
    this.#advance(nowMs)
    this.#lastMs = nowMs
    this.#requests[this.#slice]! += 1
    this.#failures[this.#slice]! += failures
  }

  #advance(nowMs: number): void {
    if (this.#sliceEndMs === Number.NEGATIVE_INFINITY) this.#sliceEndMs = nowMs + SLICE_MS
    // Slices without requests change nothing: of a long pause the first slice and the last ones are enough.
    const whole = Math.floor((nowMs - this.#sliceEndMs) / SLICE_MS)
    if (whole > 2 * SLICES) {
      this.#closeSlice()
      this.#sliceEndMs += (whole - SLICES) * SLICE_MS
    }
    while (nowMs >= this.#sliceEndMs) {
      this.#closeSlice()
      this.#sliceEndMs += SLICE_MS
    }
  }

  /** Whether the service is silent, though it usually is fast. */
  #isSilentAt(ms: number): boolean {
    const quietMs = ms - this.#quietSinceMs
    const isQuiet =
      this.#waiting >= MOST_UNANSWERED && quietMs >= SILENCE_MS && quietMs >= BEYOND_LONGEST * this.#longestAt(ms)
    return isQuiet && this.#usualMs !== undefined && this.#usualMs <= FAST_MS
  }

  #longestAt(ms: number): number {
    return this.#longestMs * 2 ** ((this.#longestAtMs - ms) / HALF_FORGOTTEN_MS)
  }

  #closeSlice(): void {
    this.#slowdown.closeSlice()
    const { isSlow } = this.#slowdown
    const isSilent = this.#isSilentAt(this.#sliceEndMs)
    const { requests, failures } = this.#window()
    const share = requests === 0 ? 0 : failures / requests
    const hadRequests = this.#requests[this.#slice]! > 0
    if (isSilent) this.#enter('down')
    else if (requests >= MIN_REQUESTS) {
      this.#isKnown = true
      if (isAtLeast('down', share, failures)) this.#enter('down')
      else if (isSlow || isAtLeast('degraded', share, failures)) this.#enter('degraded')
    }
    if (hadRequests && !isSilent) this.#leave(share, isSlow)
    this.#slice = (this.#slice + 1) % SLICES
    this.#requests[this.#slice] = 0
    this.#failures[this.#slice] = 0
  }

  #window(): { readonly requests: number; readonly failures: number } {
    let [requests, failures] = [0, 0]
    for (let at = 0; at < SLICES; at++) {
      requests += this.#requests[at]!
      failures += this.#failures[at]!
    }
    return { requests, failures }
  }

  /** Only upwards: the way down is {@link #leave}. */
  #enter(state: HealthState): void {
    this.#isKnown = true
    if (healthStates.indexOf(state) <= healthStates.indexOf(this.#state)) return
    this.#state = state
    this.#calm = 0
  }

  #leave(share: number, isSlow: boolean): void {
    const isHeld = this.#state === 'degraded' && isSlow
    if (this.#state === 'ok' || isHeld || this.#failedInARow >= CONSECUTIVE || share >= LIMITS[this.#state].leave) {
      this.#calm = 0
      return
    }
    if (++this.#calm < CALM_SLICES) return
    const isDegraded = isSlow || share >= LIMITS.degraded.leave
    this.#state = isDegraded && this.#state === 'down' ? 'degraded' : 'ok'
    this.#calm = 0
  }
}

function isAtLeast(state: 'degraded' | 'down', share: number, failures: number): boolean {
  const { enter, failures: least } = LIMITS[state]
  return share >= enter && failures >= least
}
