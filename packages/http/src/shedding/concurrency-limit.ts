import { ThroughputSlope } from './throughput-slope.ts'

/** Options of {@link ConcurrencyLimit}. */
export interface ConcurrencyLimitOptions {
  /** The limit never falls below this number of requests. */
  readonly leastLimit: number
  /** How much longer than usual a request may take before the limit falls, as a ratio. */
  readonly tolerance: number
}

/** What was observed over one period, a fraction of a second. */
export interface ConcurrencySample {
  /** Length of the period, in milliseconds. */
  readonly periodMs: number
  /** Requests in flight at its end. */
  readonly inFlight: number
  readonly completed: number
  /** The sum of the durations of those that completed, in milliseconds. */
  readonly durationMs: number
  /** The sum of the usual durations of the routes of those that completed, in milliseconds. 0 while none is known. */
  readonly usualMs: number
  /** How many were refused because of this limit. */
  readonly refused: number
}

/** Growth below a tenth of the rate is drift, not overload. */
const GROWTH_ALLOWANCE = 0.1
/** Queued requests worth so many milliseconds of the rate are needed at least. */
const LEAST_EXCESS_MS = 200
const LEAST_EXCESS_REQUESTS = 10
const LEAST_GROWTH_MS = 1_000
/** From this share of them on the growth is watched. */
const SUSPICION = 0.25
/** Below this elasticity, more requests in flight bring no more answers. */
const SATURATED = 0.5
/** How far the limit moves towards its next value per period. */
const SMOOTHING = 0.1
/** The limit moves by this share to and fro, so that there is variation from which the slope can be learned. */
const DITHER = 0.1
const DITHER_PERIODS = 4
/** While this much more than the limit is in flight, durations are those of the queue that is being served, and teach nothing. */
const DRAINED = 1.2
/** The limit goes when nothing was refused for so long and a third of it was free. */
const CALM_MS = 5_000
/** How fast the rate and the durations are smoothed, per period. */
const RATE_SMOOTHING = 0.3
const SHORTEST_PERIOD_MS = 100
const LONGEST_PERIOD_MS = 1_000

/**
 * How many requests may be in flight, learned from how long they take. Without a limit until more requests pile up than
 * complete. Pure: each period is passed to {@link advance}.
 *
 * It starts at what Little's law gives, rate x usual duration x tolerance, and then follows the gradient of Gradient2Limit:
 * `limit' = limit * gradient + sqrt(limit)` with `gradient = tolerance * usual / present`, within 0.5 and 1. The usual duration is learned
 * by whoever calls, and only while {@link mayLearn} holds: that is the check of the covariance.
 * Sources: Netflix/concurrency-limits, Gradient2Limit; Cinnamon Auto-Tuner, Uber Engineering (2023).
 */
export class ConcurrencyLimit {
  readonly #leastLimit: number
  readonly #tolerance: number
  readonly #slope = new ThroughputSlope()
  #limit = Number.POSITIVE_INFINITY
  #before = 0
  #queued = 0
  #growingMs = 0
  #calmMs = 0
  #ratePerMs = 0
  #meanMs = 0
  #ratio = 1
  #periods = 0

  constructor({ leastLimit, tolerance }: ConcurrencyLimitOptions) {
    this.#leastLimit = leastLimit
    this.#tolerance = tolerance
  }

  /** How many may be in flight now; infinite while nothing piles up. */
  get limit(): number {
    if (this.#limit === Number.POSITIVE_INFINITY) return this.#limit
    const isLow = this.#periods % (2 * DITHER_PERIODS) < DITHER_PERIODS
    return Math.max(this.#leastLimit, this.#limit * (isLow ? 1 - DITHER : 1 + DITHER))
  }

  /** How long requests take, as a ratio to their usual duration. */
  get ratio(): number {
    return this.#ratio
  }

  /** How long the next period should be: as long as a request takes, since no effect shows before. In milliseconds. */
  get periodMs(): number {
    return Math.min(LONGEST_PERIOD_MS, Math.max(SHORTEST_PERIOD_MS, this.#meanMs))
  }

  /**
   * Whether the durations of now may be learned as usual: they are near the usual ones, or they have settled at another level at which
   * more in flight still brings more answers.
   */
  get mayLearn(): boolean {
    const isLimited = this.#limit !== Number.POSITIVE_INFINITY
    if (!isLimited && this.#ratio < this.#tolerance) return true
    const hasSettled = isLimited ? this.#before < DRAINED * this.#limit : this.#queued === 0
    const elasticity = this.#slope.elasticity()
    return hasSettled && elasticity !== undefined && elasticity > SATURATED
  }

  /**
   * One period has passed.
   *
   * @param caution - multiplies how much must have piled up before there is a limit. @default 1
   */
  advance(sample: ConcurrencySample, caution = 1): void {
    const { periodMs, inFlight, completed, durationMs, usualMs } = sample
    if (!(periodMs > 0)) return
    const ratePerMs = completed / periodMs
    this.#ratePerMs += (ratePerMs - this.#ratePerMs) * (this.#periods++ === 0 ? 1 : RATE_SMOOTHING)
    if (completed > 0) {
      this.#meanMs += (durationMs / completed - this.#meanMs) * (this.#meanMs === 0 ? 1 : RATE_SMOOTHING)
      if (usualMs > 0) this.#ratio += (durationMs / usualMs - this.#ratio) * RATE_SMOOTHING
    }
    this.#grow(inFlight - this.#before, periodMs)
    this.#slope.add((inFlight + this.#before) / 2, ratePerMs)
    this.#before = inFlight
    if (this.#limit !== Number.POSITIVE_INFINITY) this.#follow(sample)
    else if (this.#isOverloaded(caution)) this.#begin(usualMs, completed)
  }

  #grow(growth: number, periodMs: number): void {
    this.#queued = Math.max(0, this.#queued + growth - GROWTH_ALLOWANCE * this.#ratePerMs * periodMs)
    if (this.#queued === 0) this.#growingMs = 0
    else if (this.#growingMs > 0) this.#growingMs += periodMs
    else if (this.#queued >= SUSPICION * this.#enough) {
      this.#growingMs = periodMs
      // What happened before the growth says nothing about whether it brings more answers.
      this.#slope.clear()
    }
  }

  /** How many requests must have piled up. */
  get #enough(): number {
    return Math.max(LEAST_EXCESS_REQUESTS, LEAST_EXCESS_MS * this.#ratePerMs)
  }

  #isOverloaded(caution: number): boolean {
    const elasticity = this.#slope.elasticity()
    return (
      this.#growingMs >= caution * LEAST_GROWTH_MS &&
      this.#queued >= caution * this.#enough &&
      this.#ratio > this.#tolerance &&
      elasticity !== undefined &&
      elasticity < SATURATED
    )
  }

  #begin(usualMs: number, completed: number): void {
    const usual = completed > 0 ? usualMs / completed : this.#meanMs / this.#ratio
    this.#limit = Math.max(this.#leastLimit, this.#ratePerMs * usual * this.#tolerance)
    this.#calmMs = 0
    this.#slope.clear()
  }

  #follow({ periodMs, inFlight, completed, durationMs, usualMs, refused }: ConcurrencySample): void {
    this.#calmMs = refused === 0 && inFlight < (2 / 3) * this.#limit ? this.#calmMs + periodMs : 0
    if (this.#calmMs >= CALM_MS) return this.#end()
    if (inFlight > DRAINED * this.#limit || completed === 0 || usualMs === 0) return
    const gradient = Math.min(1, Math.max(0.5, (this.#tolerance * usualMs) / durationMs))
    const next = this.#limit * gradient + Math.sqrt(this.#limit)
    // A limit that nothing reaches must not grow on and on.
    if (next < this.#limit || inFlight > this.#limit / 2) this.#limit += SMOOTHING * (next - this.#limit)
    this.#limit = Math.max(this.#leastLimit, this.#limit)
  }

  #end(): void {
    this.#limit = Number.POSITIVE_INFINITY
    this.#queued = 0
    this.#growingMs = 0
  }
}
