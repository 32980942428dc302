/** Length of one slot. */
const SLOT_MS = 5_000
/** The current slot and twelve whole ones before it: each delay stays visible for at least a minute, at most 65 s. */
const SLOTS = 13

// Logarithmic buckets as in DDSketch (Masson, Rim, Lee: DDSketch, VLDB 2019): with gamma = (1 + a) / (1 - a) every value of
// a bucket is within the relative error a of the bucket's middle, here 5 %.
const RELATIVE_ERROR = 0.05
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)
/** Timers have a resolution of a millisecond; what is below a tenth of it is all the same. */
const SMALLEST_MS = 0.1
/** 0.1 ms to 100 s. */
const BUCKETS = Math.ceil(Math.log(1e6) / LOG_GAMMA) + 1

/**
 * The delays of the last minute: exact maximum, and quantiles within 5 %. Memory is fixed (about 7 KB), and reading changes
 * nothing: what is old is dropped by the clock and never by a reader, so that all readers see the same.
 */
export class DelayWindow {
  readonly #counts = new Uint32Array(SLOTS * BUCKETS)
  readonly #max = new Float64Array(SLOTS)
  /** Which stretch of time a slot holds; a slot of another stretch is empty. */
  readonly #stretch = new Float64Array(SLOTS).fill(-1)

  /** @param count - how many delays of this length there were */
  record(delayMs: number, nowMs: number, count = 1): void {
    const stretch = Math.floor(nowMs / SLOT_MS)
    const slot = stretch % SLOTS
    if (this.#stretch[slot] !== stretch) {
      this.#stretch[slot] = stretch
      this.#max[slot] = 0
      this.#counts.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS)
    }
    if (delayMs > this.#max[slot]!) this.#max[slot] = delayMs
    this.#counts[slot * BUCKETS + bucketOf(delayMs)]! += count
  }

  /**
   * The longest delay, in milliseconds; undefined without any.
   *
   * @param pendingMs - a delay that goes on right now and is not recorded yet
   */
  max(nowMs: number, pendingMs = 0): number | undefined {
    let max: number | undefined = pendingMs > 0 ? pendingMs : undefined
    for (const slot of this.#slots(nowMs)) max = Math.max(max ?? 0, this.#max[slot]!)
    return max
  }

  /** The delay that the share `q` of all delays does not exceed, in milliseconds; undefined without any. */
  quantile(q: number, nowMs: number, pendingMs = 0): number | undefined {
    const counts = new Uint32Array(BUCKETS)
    let total = 0
    const add = (bucket: number, count: number): void => {
      counts[bucket]! += count
      total += count
    }
    for (const slot of this.#slots(nowMs)) {
      for (let bucket = 0; bucket < BUCKETS; bucket++) add(bucket, this.#counts[slot * BUCKETS + bucket]!)
    }
    if (pendingMs > 0) add(bucketOf(pendingMs), 1)
    if (total === 0) return undefined

    const rank = q * (total - 1)
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += counts[bucket]!
      if (seen > rank) return Math.min(valueOf(bucket), this.max(nowMs, pendingMs)!)
    }
    return undefined
  }

  *#slots(nowMs: number): Generator<number> {
    const now = Math.floor(nowMs / SLOT_MS)
    for (let slot = 0; slot < SLOTS; slot++) {
      const stretch = this.#stretch[slot]!
      if (stretch >= 0 && stretch > now - SLOTS && stretch <= now) yield slot
    }
  }
}

function bucketOf(delayMs: number): number {
  if (delayMs <= SMALLEST_MS) return 0
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(delayMs / SMALLEST_MS) / LOG_GAMMA))
}

/** The middle of a bucket, in the sense that both its ends are equally far in relative terms. */
function valueOf(bucket: number): number {
  return bucket === 0 ? SMALLEST_MS : (SMALLEST_MS * 2 * GAMMA ** bucket) / (1 + GAMMA)
}
