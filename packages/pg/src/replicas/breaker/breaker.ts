/** `closed`: in use. `open`: not in use. `half-open`: one statement at a time finds out. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** Options of a breaker. */
export interface BreakerOptions {
  /** Failures without a success between them that open it. @default 3 */
  readonly failures?: number
  /** How long it stays open the first time, in milliseconds. It doubles with each failed return. @default 250 */
  readonly firstMs?: number
  /** The longest it stays open, in milliseconds. @default 10000 */
  readonly mostMs?: number
  /** Numbers from 0 to 1: several processes must not return at once. @default Math.random */
  readonly random?: () => number
}

/** Keeps statements away from a server that fails, and lets one through from time to time to find out whether it is back. */
export class Breaker {
  readonly #failures: number
  readonly #firstMs: number
  readonly #mostMs: number
  readonly #random: () => number
  #state: BreakerState = 'closed'
  #failed = 0
  #delayMs: number
  #until = 0
  #isTrying = false

  constructor({ failures = 3, firstMs = 250, mostMs = 10_000, random = Math.random }: BreakerOptions = {}) {
    this.#failures = failures
    this.#firstMs = firstMs
    this.#mostMs = mostMs
    this.#random = random
    this.#delayMs = firstMs
  }

  get state(): BreakerState {
    return this.#state
  }

  /** Whether a statement may be sent now. */
  allows(now: number): boolean {
    if (this.#state === 'closed') return true
    if (this.#state === 'open' && now >= this.#until) this.#state = 'half-open'
    return this.#state === 'half-open' && !this.#isTrying
  }

  /** A statement is sent. */
  started(): void {
    if (this.#state === 'half-open') this.#isTrying = true
  }

  /** A statement was answered, whatever the answer. */
  succeeded(): void {
    this.#failed = 0
    if (this.#state === 'closed') return
    // An answer to a statement from before says nothing.
    if (!this.#isTrying) return
    this.#state = 'closed'
    this.#isTrying = false
    this.#delayMs = this.#firstMs
  }

  /** A statement has ended, and nothing is known of the server by it. */
  undecided(): void {
    this.#isTrying = false
  }

  /** A statement failed in a way that is the server's. @returns whether this opened it */
  failed(now: number): boolean {
    this.#failed++
    if (this.#state === 'open' || (this.#state === 'closed' && this.#failed < this.#failures)) return false
    return this.trip(now)
  }

  /** Opens it at once: the server is known to be away. @returns false when it was open */
  trip(now: number): boolean {
    if (this.#state === 'open') return false
    if (this.#state === 'half-open') this.#delayMs = Math.min(this.#mostMs, this.#delayMs * 2)
    this.#state = 'open'
    this.#isTrying = false
    this.#failed = 0
    this.#until = now + this.#delayMs * (0.75 + this.#random() / 2)
    return true
  }
}
