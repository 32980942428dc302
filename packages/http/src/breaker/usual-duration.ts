/** The bounds of the buckets grow by a fifth, from 1 ms to 30 s. */
const GROWTH = 1.2
const BUCKETS = 58
/** Durations after which the older half of the weight is forgotten. */
const MEMORY = 2000
const LEAST = 50

/** The 99th percentile of recent durations, to within a fifth. Recording allocates nothing. */
export class UsualDuration {
  readonly #counts = new Float64Array(BUCKETS)
  #total = 0
  #sinceHalved = 0

  /** @param ms - how long a call took that succeeded */
  record(ms: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(Math.max(ms, 1)) / Math.log(GROWTH)))
    this.#counts[Math.min(bucket, BUCKETS - 1)]! += 1
    this.#total += 1
    if (++this.#sinceHalved < MEMORY) return
    this.#sinceHalved = 0
    for (let at = 0; at < BUCKETS; at++) this.#counts[at]! /= 2
    this.#total /= 2
  }

  /** In milliseconds; undefined before 50 durations are known. */
  get p99(): number | undefined {
    if (this.#total < LEAST) return undefined
    let above = this.#total * 0.01
    let bucket = BUCKETS - 1
    while (bucket > 0 && this.#counts[bucket]! <= above) above -= this.#counts[bucket--]!
    return GROWTH ** bucket
  }
}
