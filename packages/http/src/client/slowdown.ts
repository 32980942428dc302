/** Slices over which answers are taken together, as in {@link Health}. */
const SLICES = 3
/** Fewer answers in the window, or fewer slices before it, say nothing. */
const LEAST_ANSWERS = 10
const LEAST_SLICES = 12
/** So many times as long as usual is slow, until it is less than half of that. */
const ENTER = Math.log(10)
const LEAVE = Math.log(5)
/** Nobody waits for answers that take less than this, in milliseconds, however fast they usually are. */
const LEAST_SLOW = Math.log(100)
/** How fast the usual time follows, per slice: half an hour; and while the service is slow an hour and more, so that a new level becomes the usual one at last. */
const FOLLOWS = 1 / 360
const FOLLOWS_SLOWLY = 1 / 2000

/**
 * Whether a service answers much slower than it usually does. Times are compared by their logarithms: a few very slow answers among many are
 * not a slow service, and one that has always been slow is not either. A few numbers per service; recording allocates nothing.
 *
 * It knows no routes. A service whose requests are of very different kinds looks slow when only the slow kind is left.
 */
export class Slowdown {
  readonly #sums = new Float64Array(SLICES)
  readonly #counts = new Uint32Array(SLICES)
  #slice = 0
  #usual = 0
  #known = 0
  #isSlow = false

  /** Whether it is slow: at ten times the usual time or more, until it is below five times. */
  get isSlow(): boolean {
    return this.#isSlow
  }

  /** How many times as long as usual answers take now; undefined while that is not known. */
  get ratio(): number | undefined {
    const present = this.#present()
    return present === undefined || this.#known < LEAST_SLICES ? undefined : Math.exp(present - this.#usual)
  }

  /** The answer to a request has begun so many milliseconds after the request was sent. */
  answered(ms: number): void {
    this.#sums[this.#slice]! += Math.log(Math.max(ms, 0.1))
    this.#counts[this.#slice]! += 1
  }

  /** A slice of time is over. */
  closeSlice(): void {
    const present = this.#present()
    if (present !== undefined && this.#known >= LEAST_SLICES) {
      const excess = present - this.#usual
      this.#isSlow = present >= LEAST_SLOW && excess >= (this.#isSlow ? LEAVE : ENTER)
    }
    // Nobody asked for a while: what was is not what is. The usual time stays.
    else if (this.#counts.every(count => count === 0)) this.#isSlow = false
    if (this.#counts[this.#slice]! > 0) this.#learn(this.#sums[this.#slice]! / this.#counts[this.#slice]!)
    this.#slice = (this.#slice + 1) % SLICES
    this.#sums[this.#slice] = 0
    this.#counts[this.#slice] = 0
  }

  #learn(slice: number): void {
    const isSlow = this.#known >= LEAST_SLICES && slice - this.#usual >= LEAVE
    this.#known++
    // The mean of all at first.
    this.#usual += (slice - this.#usual) * (isSlow ? FOLLOWS_SLOWLY : Math.max(FOLLOWS, 1 / this.#known))
  }

  /** The mean logarithm over the window. */
  #present(): number | undefined {
    let [sum, count] = [0, 0]
    for (let at = 0; at < SLICES; at++) {
      sum += this.#sums[at]!
      count += this.#counts[at]!
    }
    return count < LEAST_ANSWERS ? undefined : sum / count
  }
}
