/** Options of {@link LoopBacklog}. */
export interface LoopBacklogOptions {
  /** How long a turn of the event loop may take before it counts as late, in milliseconds. */
  readonly targetMs: number
  /** How much work must have piled up beyond what the loop can serve before that counts as overload, in milliseconds. */
  readonly excessMs: number
}

/** The share of the loop that requests may fill without counting as overload. A loop at 90 % still catches up after a stall. */
const SUSTAINABLE_LOAD = 0.9
/** A turn that serves requests of 20 ms each is long without being late: the target is at least so many of them. */
const TARGET_REQUESTS = 4
/** Chance alone piles up some requests. So many of them are never called overload. */
const EXCESS_REQUESTS = 40
/** A turn counts for at most so many times what its requests usually take: the rest was a stall, a garbage collection for example. */
const STALL_RATIO = 2
/** How long the mean time per request looks back, in milliseconds. */
const MEMORY_MS = 5_000

/**
 * Whether more work comes than the event loop can serve, from the lengths of its turns. Pure: the caller passes every time.
 *
 * A turn serves what arrived during the turn before. So the ratio of two successive long turns is the load: turns of 20, 60 and
 * 180 ms are three times what the loop can serve, and after a stall of 300 ms turns of 210, 147 and 103 ms are a load of 0.7 that
 * catches up by itself. A plain threshold on the delay cannot tell the two apart.
 *
 * The excess is summed up as in Page's CUSUM: S = max(0, S + turn - 0.9 * turn before), which starts anew whenever a turn is short, because
 * the loop has then caught up. The first long turn adds nothing, and no turn counts for more than its requests usually take, so a stall of
 * any length is not overload.
 * Source: E. S. Page, Continuous Inspection Schemes, Biometrika 41 (1954).
 */
export class LoopBacklog {
  readonly #targetMs: number
  readonly #excessMs: number
  #lastTurnMs = 0
  #sumMs = 0
  #busyMs = 0
  #requests = 0

  constructor({ targetMs, excessMs }: LoopBacklogOptions) {
    this.#targetMs = targetMs
    this.#excessMs = excessMs
  }

  /** How long a turn may take, in milliseconds. */
  get targetMs(): number {
    return Math.max(this.#targetMs, TARGET_REQUESTS * this.requestMs)
  }

  /** The mean time of the loop per request that it served, in milliseconds; 0 before the first. */
  get requestMs(): number {
    return this.#requests === 0 ? 0 : this.#busyMs / this.#requests
  }

  /** How long the last turn took, in milliseconds: what a request waits before it is looked at. */
  get lastTurnMs(): number {
    return this.#lastTurnMs
  }

  /**
   * A turn has ended.
   *
   * @param heldMs - how long the loop was busy in it
   * @param served - how many requests it began to serve
   */
  endTurn(heldMs: number, served: number): void {
    this.#sumMs = heldMs < this.targetMs ? 0 : Math.max(0, this.#sumMs + this.#excess(heldMs, served))
    if (served > 0) this.#learn(heldMs, served)
    this.#lastTurnMs = heldMs
  }

  /**
   * Whether more work has come than the loop can serve.
   *
   * @param elapsedMs - how long the present turn has taken so far
   * @param served - how many requests it has begun to serve so far
   * @param caution - multiplies how much work must have piled up. @default 1
   */
  isOverloaded(elapsedMs = 0, served = 0, caution = 1): boolean {
    const enoughMs = Math.max(caution * this.#excessMs, EXCESS_REQUESTS * this.requestMs)
    return this.#sumMs + Math.max(0, this.#excess(elapsedMs, served)) >= enoughMs
  }

  /** By how much a turn is longer than one that catches up. */
  #excess(heldMs: number, served: number): number {
    if (this.#lastTurnMs < this.targetMs) return 0
    const workMs = this.#requests === 0 ? heldMs : Math.min(heldMs, STALL_RATIO * served * this.requestMs)
    return workMs - SUSTAINABLE_LOAD * this.#lastTurnMs
  }

  #learn(heldMs: number, served: number): void {
    const kept = Math.exp(-heldMs / MEMORY_MS)
    this.#busyMs = this.#busyMs * kept + heldMs
    this.#requests = this.#requests * kept + served
  }
}
