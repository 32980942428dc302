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

/** Asks for the memory to double a buffer of so many bytes that must reach so far back. */
export type MayDouble = (bytes: number, retentionMs: number) => boolean

/**
 * One stored series: a bounded buffer of samples, oldest first. Time and value lie side by side and a window's samples lie
 * in a row, so that a window is read where it is stored: with thousands of series, what counts is the memory touched.
 */
export class Series {
  // First what an evaluation reads, all of it pointers and small integers: a field that holds any other number would be an
  // object of its own, somewhere else in memory.
  readonly labels: Labels
  /** `[time, value, time, value, ...]`; valid until the next append. */
  samples: Float64Array<ArrayBuffer> = new Float64Array(2 * INITIAL_CAPACITY)
  /** Where the oldest sample is, counted in samples. */
  first = 0
  length = 0
  /** Where a value was last smaller than the one before it: windows that begin there or later hold no counter reset. */
  lastDropAt = -1
  /** Where the newest stale marker is. */
  lastStaleAt = -1
  readonly spellings: readonly string[]
  /** The canonical text of name, unit, kind, scope and labels. */
  readonly identity: string
  /** Samples older than this before the newest are not needed by any selection. */
  retentionMs: number
  /** Samples overwritten although still within the retention. */
  truncated = 0
  /** The store drops a series by setting this; a handle then asks for a new one. */
  evicted = false
  /** Time of the newest sample, `-Infinity` when empty. */
  lastMs: number = -Infinity
  #words = new Uint32Array(this.samples.buffer)
  #lastValue = NaN

  constructor(identity: string, labels: Labels, spellings: readonly string[], retentionMs: number) {
    this.identity = identity
    this.labels = labels
    this.spellings = spellings
    this.retentionMs = retentionMs
  }

  get bytes(): number {
    return this.samples.byteLength
  }

  timeAt(index: number): number {
    return this.samples[2 * (this.first + index)] ?? NaN
  }

  valueAt(index: number): number {
    return this.samples[2 * (this.first + index) + 1] ?? NaN
  }

  isStaleAt(index: number): boolean {
    if (this.first + index > this.lastStaleAt) return false
    const word = 4 * (this.first + index) + 2
    return this.#words[word] === STALE_WORD && this.#words[word + 1] === STALE_WORD
  }

  /** Adds a sample; times must rise. `mayDouble` is asked only when the buffer is full of samples that are still needed. */
  append(timeMs: number, value: number, mayDouble: MayDouble): AppendResult {
    const result = this.#push(timeMs, value, mayDouble)
    if (result !== 'stored') return result
    if (value < this.#lastValue) this.lastDropAt = this.first + this.length - 1
    this.#lastValue = value
    return result
  }

  markStale(timeMs: number, mayDouble: MayDouble): AppendResult {
    const result = this.#push(timeMs, NaN, mayDouble)
    if (result !== 'stored') return result
    this.lastStaleAt = this.first + this.length - 1
    const word = 4 * this.lastStaleAt + 2
    this.#words[word] = STALE_WORD
    this.#words[word + 1] = STALE_WORD
    return result
  }

  /** Forgets samples later than a time; how many there were. */
  dropAfter(timeMs: number): number {
    const kept = this.indexAt(timeMs) + 1
    const dropped = this.length - kept
    this.length = kept
    this.lastMs = kept === 0 ? -Infinity : this.timeAt(kept - 1)
    const end = this.first + kept
    this.lastDropAt = Math.min(this.lastDropAt, end - 1)
    this.lastStaleAt = Math.min(this.lastStaleAt, end - 1)
    // What the next value follows is no longer known: it counts as a drop, and the window is looked through.
    this.#lastValue = Infinity
    return dropped
  }

  /** Index of the newest sample at or before the time, -1 when there is none. */
  indexAt(timeMs: number): number {
    let low = 0
    let high = this.length - 1
    // The newest sample is nearly always the answer.
    if (high < 0) return high
    const lastMs = this.timeAt(high)
    if (lastMs <= timeMs) return high
    if (high > 0) {
      // Else samples lie mostly at equal distances.
      const guess = high - Math.ceil((lastMs - timeMs) / (lastMs - this.timeAt(high - 1)))
      if (guess >= 0 && this.timeAt(guess) <= timeMs && this.timeAt(guess + 1) > timeMs) return guess
    }
    while (low <= high) {
      const middle = (low + high) >> 1
      if (this.timeAt(middle) <= timeMs) low = middle + 1
      else high = middle - 1
    }
    return high
  }

  #push(timeMs: number, value: number, mayDouble: MayDouble): AppendResult {
    // Written so that a time that is not a number is refused too.
    if (!(timeMs > this.lastMs)) return timeMs === this.lastMs ? 'duplicate' : 'out_of_order'
    if (2 * (this.first + this.length) === this.samples.length) this.#makeRoom(timeMs, mayDouble)
    const at = 2 * (this.first + this.length)
    this.samples[at] = timeMs
    this.samples[at + 1] = value
    this.length += 1
    this.lastMs = timeMs
    return 'stored'
  }

  /** The buffer is full to its end: forgets what is old and moves the rest to the front, or doubles it. */
  #makeRoom(nowMs: number, mayDouble: MayDouble): void {
    const capacity = this.samples.length / 2
    // A quarter free makes a move cheap: it is paid for by as many appends.
    const enough = capacity >> 2
    this.#forget(this.indexAt(nowMs - this.retentionMs) + 1)
    if (this.first >= enough) return this.#move(this.samples)
    if (mayDouble(this.bytes, this.retentionMs)) return this.#move(new Float64Array(2 * this.samples.length))
    const lost = enough - this.first
    this.truncated += lost
    this.#forget(lost)
    this.#move(this.samples)
  }

  #forget(count: number): void {
    this.first += count
    this.length -= count
  }

  #move(target: Float64Array<ArrayBuffer>): void {
    const from = this.first
    const words = target === this.samples ? this.#words : new Uint32Array(target.buffer)
    // Copied by words: a NaN's payload need not survive a copy as a float.
    if (words === this.#words) words.copyWithin(0, 4 * from, 4 * (from + this.length))
    else words.set(this.#words.subarray(4 * from, 4 * (from + this.length)))
    this.samples = target
    this.#words = words
    this.first = 0
    this.lastDropAt = Math.max(-1, this.lastDropAt - from)
    this.lastStaleAt = Math.max(-1, this.lastStaleAt - from)
  }
}
