/**
 * Holds a rate: a token is earned every `1 / perSecond` seconds, up to `burst` of them, and each piece of work takes one.
 * Source: the token bucket of RFC 2697/2698, reservations as in Guava's RateLimiter: a taker that finds no token gets
 * the time to wait, and the token is its own from then on.
 */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #at: number

  /** @param now - the present in milliseconds, of any clock that only goes forward */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#at = now
  }

  /** Takes a token. Returns after how many milliseconds it may be used: 0 is at once. */
  take(now: number): number {
    const earned = Math.max(0, now - this.#at) * this.#perMs
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - 1
    this.#at = Math.max(this.#at, now)
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs
  }
}
