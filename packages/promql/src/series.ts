import type { Labels } from './labels.ts'

/**
 * The bit pattern of Prometheus's staleness marker is a NaN; ours sets both words alike, so it is a NaN on machines of
 * either byte order and is told apart from other NaNs without allocating.
 */
const STALE_WORD = 0x7f_f0_00_02
export const INITIAL_CAPACITY = 16
export const BYTES_PER_SAMPLE = 16

/** What `append` did with a sample. */
export type AppendResult = 'stored' | 'out_of_order' | 'duplicate'

/** Asks for the memory to double a ring of so many bytes that must reach so far back. */
export type MayDouble = (bytes: number, retentionMs: number) => boolean

/** One stored series: a ring of times and values, oldest first, that grows up to a limit and then forgets the oldest. */
export class Series {
  readonly labels: Labels
  readonly spellings: readonly string[]
  /** The canonical text of name, unit, kind, scope and labels. */
  readonly identity: string
  /** Samples older than this before the newest are not needed by any selection. */
  retentionMs: number
  /** Samples overwritten although still within the retention. */
  truncated = 0
  /** The store drops a series by setting this; a handle then asks for a new one. */
  evicted = false
  #times = new Float64Array(INITIAL_CAPACITY)
  #values = new Float64Array(INITIAL_CAPACITY)
  #words = new Uint32Array(this.#values.buffer)
  #first = 0
  #length = 0

  constructor(identity: string, labels: Labels, spellings: readonly string[], retentionMs: number) {
    this.identity = identity
    this.labels = labels
    this.spellings = spellings
    this.retentionMs = retentionMs
  }

  get length(): number {
    return this.#length
  }

  get bytes(): number {
    return this.#times.length * BYTES_PER_SAMPLE
  }

  /** Time of the newest sample, `-Infinity` when empty. */
  get lastMs(): number {
    return this.#length === 0 ? -Infinity : this.timeAt(this.#length - 1)
  }

  timeAt(index: number): number {
    return this.#times[this.#slot(index)] ?? NaN
  }

  valueAt(index: number): number {
    return this.#values[this.#slot(index)] ?? NaN
  }

  isStaleAt(index: number): boolean {
    const slot = this.#slot(index)
    const value = this.#values[slot] ?? 0
    return value !== value && this.#words[slot * 2] === STALE_WORD && this.#words[slot * 2 + 1] === STALE_WORD
  }

  /** Adds a sample; times must rise. `mayDouble` is asked only when the ring is full of samples that are still needed. */
  append(timeMs: number, value: number, mayDouble: MayDouble): AppendResult {
    const last = this.lastMs
    // Written so that a time that is not a number is refused too.
    if (!(timeMs > last)) return timeMs === last ? 'duplicate' : 'out_of_order'
    if (this.#length === this.#times.length) this.#makeRoom(timeMs, mayDouble)
    const slot = (this.#first + this.#length) & (this.#times.length - 1)
    this.#times[slot] = timeMs
    this.#values[slot] = value
    this.#length += 1
    return 'stored'
  }

  markStale(timeMs: number, mayDouble: MayDouble): AppendResult {
    const result = this.append(timeMs, NaN, mayDouble)
    if (result === 'stored') {
      const slot = this.#slot(this.#length - 1)
      this.#words[slot * 2] = STALE_WORD
      this.#words[slot * 2 + 1] = STALE_WORD
    }
    return result
  }

  /** Forgets samples later than a time; how many there were. */
  dropAfter(timeMs: number): number {
    const kept = this.indexAt(timeMs) + 1
    const dropped = this.#length - kept
    this.#length = kept
    return dropped
  }

  /** Index of the newest sample at or before the time, -1 when there is none. */
  indexAt(timeMs: number): number {
    let low = 0
    let high = this.#length - 1
    // The newest sample is nearly always the answer.
    if (high >= 0 && this.timeAt(high) <= timeMs) return high
    while (low <= high) {
      const middle = (low + high) >> 1
      if (this.timeAt(middle) <= timeMs) low = middle + 1
      else high = middle - 1
    }
    return high
  }

  #slot(index: number): number {
    return (this.#first + index) & (this.#times.length - 1)
  }

  #makeRoom(nowMs: number, mayDouble: MayDouble): void {
    const capacity = this.#times.length
    const needed = this.timeAt(0) > nowMs - this.retentionMs
    if (needed && mayDouble(this.bytes, this.retentionMs)) {
      this.#resize(capacity * 2)
      return
    }
    if (needed) this.truncated += 1
    this.#first = (this.#first + 1) & (capacity - 1)
    this.#length -= 1
  }

  #resize(capacity: number): void {
    const times = new Float64Array(capacity)
    const values = new Float64Array(capacity)
    const words = new Uint32Array(values.buffer)
    for (let i = 0; i < this.#length; i++) {
      const slot = this.#slot(i)
      times[i] = this.#times[slot] ?? NaN
      // Copied by words: a NaN's payload need not survive a copy as a float.
      words[i * 2] = this.#words[slot * 2] ?? 0
      words[i * 2 + 1] = this.#words[slot * 2 + 1] ?? 0
    }
    this.#times = times
    this.#values = values
    this.#words = words
    this.#first = 0
  }
}
