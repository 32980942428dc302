import type { ConcurrencySample } from './concurrency-limit.ts'
import { ConcurrencyLimit } from './concurrency-limit.ts'
import { LoopBacklog } from './loop-backlog.ts'
import type { Priority } from './priority.ts'
import { rankOf } from './priority.ts'

/** Why a request is refused: the event loop is behind, or too many requests are in flight. */
export type ShedReason = 'loop' | 'in_flight'

/** Options of {@link ShedLaw}, all in effect. */
export interface ShedLawOptions {
  /** How long a turn of the event loop is to take, in milliseconds. A request waits for about two turns. */
  readonly targetDelayMs: number
  /** How much more work than can be served must have piled up before the first request is refused, in milliseconds. */
  readonly excessMs: number
  /** So long after the first request it takes five times as much: code that is not compiled yet is slow. In milliseconds. */
  readonly warmUpMs: number
  /** The limit of requests in flight never falls below this number. */
  readonly leastInFlight: number
}

/** The law's defaults. */
export const SHED_DEFAULTS: ShedLawOptions = {
  targetDelayMs: 15,
  excessMs: 200,
  warmUpMs: 10_000,
  leastInFlight: 10,
}

const WARM_UP_CAUTION = 5
/** How much longer than usual a request may take before the limit of those in flight falls. */
const TOLERANCE = 2
/** With the full allowance every priority is served; each one below it takes a whole step away. */
const FULL_ALLOWANCE = rankOf('high') + 1
/** A request of high priority is accepted even when its turn is so many times as long as it should be. */
const HIGH_TURNS = 10
/** At the begin the two lowest priorities are out. They come back as soon as there is room. */
const FIRST_ALLOWANCE = 2
/** In how long the allowance changes by one priority when turns are twice as long as they should be, in milliseconds. */
const ALLOWANCE_MS = 200
/** A turn, or a pause between two, counts for so long at most, in milliseconds: one stall must not take away everything. */
const LONGEST_STEP_MS = 100
/** Shedding ends when nobody had to be refused for so long, in milliseconds. */
const CALM_MS = 5_000
/** It also ends when, over so long, less work has come than this share of what the loop can do: chance had piled it up, and not a load. */
const SPARE_LOAD = 0.85
/** A turn that is so many times as long as it should be is not calm either. */
const LATE_TURNS = 2
/** Which share of the limit of requests in flight each priority may fill, by rank. */
const SHARES: readonly number[] = [0.6, 0.8, 1, 2]

/**
 * Which requests to refuse, so that those that are accepted are answered in time. Pure: the caller passes every time.
 *
 * The loop. Once {@link LoopBacklog} finds more work than the loop can serve, a request is accepted only within the first milliseconds of
 * a turn, its budget. So a request waits for about two turns at the target. Requests of high priority have ten times that budget: where they
 * are more than half of the capacity, turns become longer and all others wait for longer. The length of a turn is known while it goes on, so there is no lag in which load and limit could chase each other. The budgets follow one number, the allowance: an
 * integral controller keeps turns at the target, and while they are longer it takes the budget of the lowest priority away first.
 *
 * Requests in flight. What the process waits for, a pool or another service, does not hold the loop: see {@link ConcurrencyLimit}.
 *
 * Both begin only when work piles up for long, and end only after five calm seconds, or five in which less work came than the loop can do. In between they refuse the share that is too
 * much, and not everything.
 */
export class ShedLaw {
  readonly #options: ShedLawOptions
  readonly #backlog: LoopBacklog
  readonly #limit: ConcurrencyLimit
  #firstRequestMs: number | undefined
  #isLoopBehind = false
  #allowance = FULL_ALLOWANCE
  #turnEndedMs = 0
  #served = 0
  #refusedInTurn = 0
  /** Since it sheds for the loop: the work that came, and the time in which it came, of the last seconds. */
  #workMs = 0
  #spanMs = 0
  #behindSinceMs = 0
  /** When somebody was refused, or a turn was late. */
  #refusedMs = 0
  #sinceMs: number | undefined

  constructor(options: ShedLawOptions = SHED_DEFAULTS) {
    this.#options = options
    this.#backlog = new LoopBacklog({ targetMs: options.targetDelayMs, excessMs: options.excessMs })
    this.#limit = new ConcurrencyLimit({ leastLimit: options.leastInFlight, tolerance: TOLERANCE })
  }

  /** Whether some requests are refused now, or have been within the last seconds. */
  get isShedding(): boolean {
    return this.#isLoopBehind || this.inFlightLimit !== Number.POSITIVE_INFINITY
  }

  /** Why, where {@link isShedding}. */
  get reason(): ShedReason | undefined {
    if (this.#isLoopBehind) return 'loop'
    return this.isShedding ? 'in_flight' : undefined
  }

  /** Since when it sheds, on the caller's clock, in milliseconds. */
  get sinceMs(): number | undefined {
    return this.#sinceMs
  }

  /** How many requests may be in flight; infinite without a limit. */
  get inFlightLimit(): number {
    return this.#limit.limit
  }

  /** How long the last turn of the loop took, in milliseconds. */
  get lastTurnMs(): number {
    return this.#backlog.lastTurnMs
  }

  /** How long a turn may take now, in milliseconds. */
  get targetMs(): number {
    return this.#backlog.targetMs
  }

  /** The mean time of the loop per request, in milliseconds; 0 before the first. */
  get requestMs(): number {
    return this.#backlog.requestMs
  }

  /** How long the next period for {@link advance} should be, in milliseconds. */
  get periodMs(): number {
    return this.#limit.periodMs
  }

  /** Whether durations observed now may be learned as usual ones. */
  get mayLearn(): boolean {
    return this.#limit.mayLearn && !this.#isLoopBehind
  }

  /**
   * A turn of the event loop has ended.
   *
   * @param heldMs - how long the loop was busy in it
   */
  endTurn(heldMs: number, nowMs: number): void {
    this.#backlog.endTurn(heldMs, this.#served)
    this.#served = 0
    const spanMs = Math.max(0, nowMs - this.#turnEndedMs)
    this.#turnEndedMs = nowMs
    if (this.#isLoopBehind) {
      this.#learnLoad(heldMs, spanMs)
      this.#steer(heldMs, Math.min(LONGEST_STEP_MS, spanMs), nowMs)
    } else if (this.#backlog.isOverloaded(0, 0, this.#caution(nowMs))) this.#beginForLoop(nowMs)
  }

  /** A period of the limit of requests in flight has passed, a fraction of a second. */
  advance(sample: ConcurrencySample, nowMs: number): void {
    this.#limit.advance(sample, this.#caution(nowMs))
    if (this.inFlightLimit !== Number.POSITIVE_INFINITY) this.#sinceMs ??= nowMs
    else if (!this.#isLoopBehind) this.#sinceMs = undefined
  }

  /**
   * Why to refuse a request, or undefined to accept it.
   *
   * @param elapsedMs - how long the present turn of the loop has taken so far
   * @param inFlight - how many requests are in flight without this one
   */
  refusal(priority: Priority, elapsedMs: number, inFlight: number, nowMs: number): ShedReason | undefined {
    this.#firstRequestMs ??= nowMs
    // In a short turn nothing can have piled up.
    if (
      !this.#isLoopBehind &&
      elapsedMs >= this.#options.targetDelayMs &&
      this.#backlog.isOverloaded(elapsedMs, this.#served, this.#caution(nowMs))
    )
      this.#beginForLoop(nowMs)
    const mayRefuse = this.isShedding && priority !== 'exempt'
    const reason = !mayRefuse ? undefined : this.#reasonFor(rankOf(priority), elapsedMs, inFlight)
    if (reason === undefined) this.#served++
    else if (reason === 'loop') {
      this.#refusedMs = nowMs
      this.#refusedInTurn++
    }
    return reason
  }

  /** The request that {@link refusal} has just answered with a reason is served all the same. */
  letThrough(reason: ShedReason): void {
    this.#served++
    if (reason === 'loop') this.#refusedInTurn--
  }

  #reasonFor(rank: number, elapsedMs: number, inFlight: number): ShedReason | undefined {
    if (this.#isLoopBehind && elapsedMs >= this.#budgetMs(rank)) return 'loop'
    return inFlight >= this.inFlightLimit * SHARES[rank]! ? 'in_flight' : undefined
  }

  /** Within how many milliseconds of a turn a request of this rank is accepted. */
  #budgetMs(rank: number): number {
    if (rank === rankOf('high')) return HIGH_TURNS * this.targetMs
    const steps = this.#allowance - (rankOf('high') - rank)
    return Math.min(1, Math.max(0, steps)) * this.targetMs
  }

  #beginForLoop(nowMs: number): void {
    this.#isLoopBehind = true
    this.#allowance = FIRST_ALLOWANCE
    this.#refusedMs = nowMs
    this.#behindSinceMs = nowMs
    this.#workMs = 0
    this.#spanMs = 0
    this.#sinceMs ??= nowMs
  }

  /** What was refused would have been work as well. */
  #learnLoad(heldMs: number, spanMs: number): void {
    const kept = Math.exp(-spanMs / CALM_MS)
    this.#workMs = this.#workMs * kept + heldMs + this.#refusedInTurn * this.requestMs
    this.#spanMs = this.#spanMs * kept + spanMs
    this.#refusedInTurn = 0
  }

  #steer(heldMs: number, stepMs: number, nowMs: number): void {
    const error = Math.max(-1, (this.targetMs - heldMs) / this.targetMs)
    if (heldMs >= LATE_TURNS * this.targetMs) this.#refusedMs = nowMs
    this.#allowance = Math.min(FULL_ALLOWANCE, Math.max(0, this.#allowance + (error * stepMs) / ALLOWANCE_MS))
    const hasRoom = nowMs - this.#behindSinceMs >= CALM_MS && this.#workMs < SPARE_LOAD * this.#spanMs
    if (nowMs - this.#refusedMs < CALM_MS && !hasRoom) return
    this.#isLoopBehind = false
    if (this.inFlightLimit === Number.POSITIVE_INFINITY) this.#sinceMs = undefined
  }

  #caution(nowMs: number): number {
    const first = this.#firstRequestMs
    return first === undefined || nowMs - first < this.#options.warmUpMs ? WARM_UP_CAUTION : 1
  }
}
