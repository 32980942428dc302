/**
 * The bit pattern of Prometheus's staleness marker is a NaN; ours sets both words alike, so it is a NaN on machines of
 * either byte order and is distinguished from other NaNs without allocating.
 */
const STALE_WORD = 0x7f_f0_00_02

export const BYTES_PER_SAMPLE = 16
const HEAD_FIELDS = 4
const BYTES_PER_HEAD = HEAD_FIELDS * Int32Array.BYTES_PER_ELEMENT
/**
 * Rings of a power of two of bytes would all have their newest samples in the same few sets of every cache, which has a
 * sixteenth of its size then: each begins one sample further on.
 */
const GAP_SAMPLES = 1

/**
 * Rings of samples, all of one size, side by side in one piece of memory and distinguished by number. With thousands of series
 * an evaluation waits for memory: what it reads of a series are a few numbers that lie beside those of its neighbours, and
 * the samples themselves, no object of its own.
 *
 * Within a ring time and value lie side by side and the samples lie in a row, oldest first, so that a window is read where it
 * is stored.
 */
export class RingPage {
  /** Samples a ring has room for. */
  readonly capacity: number
  /** `[time, value, time, value, ...]` of one ring after the other. */
  readonly samples: Float64Array
  /** For each ring: where its oldest sample is, how many there are, the newest drop, the newest stale marker. */
  readonly #heads: Int32Array
  readonly #words: Uint32Array
  readonly #free: number[]
  readonly #stride: number
  readonly #rings: number

  constructor(capacity: number, rings: number) {
    this.capacity = capacity
    this.#stride = 2 * (capacity + GAP_SAMPLES)
    this.samples = new Float64Array(this.#stride * rings)
    this.#words = new Uint32Array(this.samples.buffer)
    this.#heads = new Int32Array(HEAD_FIELDS * rings)
    this.#rings = rings
    this.#free = Array.from({ length: rings }, (_, i) => rings - 1 - i)
  }

  static bytes(capacity: number, rings: number): number {
    return rings * ((capacity + GAP_SAMPLES) * BYTES_PER_SAMPLE + BYTES_PER_HEAD)
  }

  get bytes(): number {
    return RingPage.bytes(this.capacity, this.#rings)
  }

  get isFull(): boolean {
    return this.#free.length === 0
  }

  get isUnused(): boolean {
    return this.#free.length === this.#rings
  }

  /** Less than half of it is in use. */
  get isSparse(): boolean {
    return 2 * this.#free.length > this.#rings
  }

  /** The number of an empty ring, `undefined` when all are in use. */
  take(): number | undefined {
    const ring = this.#free.pop()
    if (ring !== undefined) this.#setHead(ring, 0, 0, -1, -1)
    return ring
  }

  give(ring: number): void {
    this.#free.push(ring)
  }

  first(ring: number): number {
    return this.#heads[HEAD_FIELDS * ring] ?? 0
  }

  length(ring: number): number {
    return this.#heads[HEAD_FIELDS * ring + 1] ?? 0
  }

  /** Where a value was last smaller than the one before it: windows that begin there or later hold no counter reset. */
  lastDropAt(ring: number): number {
    return this.#heads[HEAD_FIELDS * ring + 2] ?? -1
  }

  /** Where the newest stale marker is. */
  lastStaleAt(ring: number): number {
    return this.#heads[HEAD_FIELDS * ring + 3] ?? -1
  }

  /** Where in {@link samples} a sample's time is; its value is beside it. */
  place(ring: number, index: number): number {
    return ring * this.#stride + 2 * (this.first(ring) + index)
  }

  timeAt(ring: number, index: number): number {
    return this.samples[this.place(ring, index)] ?? NaN
  }

  valueAt(ring: number, index: number): number {
    return this.samples[this.place(ring, index) + 1] ?? NaN
  }

  isStaleAt(ring: number, index: number): boolean {
    if (this.first(ring) + index > this.lastStaleAt(ring)) return false
    const word = 2 * this.place(ring, index) + 2
    return this.#words[word] === STALE_WORD && this.#words[word + 1] === STALE_WORD
  }

  /** Index of a ring's newest sample at or before the time, -1 when there is none. */
  indexAt(ring: number, timeMs: number): number {
    const { samples } = this
    const start = this.place(ring, 0)
    let low = 0
    let high = this.length(ring) - 1
    // The newest sample is nearly always the answer.
    if (high < 0) return high
    const lastMs = samples[start + 2 * high] ?? NaN
    if (lastMs <= timeMs) return high
    if (high > 0) {
      // Else samples lie mostly at equal distances.
      const guess = high - Math.ceil((lastMs - timeMs) / (lastMs - (samples[start + 2 * high - 2] ?? NaN)))
      const at = start + 2 * guess
      if (guess >= 0 && (samples[at] ?? NaN) <= timeMs && (samples[at + 2] ?? NaN) > timeMs) return guess
    }
    while (low <= high) {
      const middle = (low + high) >> 1
      if ((samples[start + 2 * middle] ?? NaN) <= timeMs) low = middle + 1
      else high = middle - 1
    }
    return high
  }

  /** No room behind the newest sample. */
  isAtEnd(ring: number): boolean {
    return this.first(ring) + this.length(ring) === this.capacity
  }

  /** Adds a sample where there is room. */
  push(ring: number, timeMs: number, value: number, drops: boolean): void {
    const at = this.place(ring, this.length(ring))
    this.samples[at] = timeMs
    this.samples[at + 1] = value
    this.#heads[HEAD_FIELDS * ring + 1] = this.length(ring) + 1
    if (drops) this.#heads[HEAD_FIELDS * ring + 2] = this.first(ring) + this.length(ring) - 1
  }

  pushStale(ring: number, timeMs: number): void {
    this.push(ring, timeMs, NaN, false)
    const newest = this.length(ring) - 1
    const word = 2 * this.place(ring, newest) + 2
    this.#words[word] = STALE_WORD
    this.#words[word + 1] = STALE_WORD
    this.#heads[HEAD_FIELDS * ring + 3] = this.first(ring) + newest
  }

  /** Forgets the oldest samples. */
  forget(ring: number, count: number): void {
    this.#heads[HEAD_FIELDS * ring] = this.first(ring) + count
    this.#heads[HEAD_FIELDS * ring + 1] = this.length(ring) - count
  }

  /** Forgets the newest samples but so many. */
  truncate(ring: number, length: number): void {
    const first = this.first(ring)
    const newest = first + length - 1
    this.#setHead(
      ring,
      first,
      length,
      Math.min(this.lastDropAt(ring), newest),
      Math.min(this.lastStaleAt(ring), newest),
    )
  }

  /** Moves a ring's samples to the front of a ring, which may be itself. */
  move(ring: number, target: RingPage, targetRing: number): void {
    const first = this.first(ring)
    const from = 2 * this.place(ring, 0)
    const to = from + 4 * this.length(ring)
    const at = 2 * targetRing * target.#stride
    // Copied by words: a NaN's payload need not survive a copy as a float.
    if (target === this) this.#words.copyWithin(at, from, to)
    else target.#words.set(this.#words.subarray(from, to), at)
    const drop = Math.max(-1, this.lastDropAt(ring) - first)
    const stale = Math.max(-1, this.lastStaleAt(ring) - first)
    target.#setHead(targetRing, 0, this.length(ring), drop, stale)
  }

  #setHead(ring: number, first: number, length: number, drop: number, stale: number): void {
    const at = HEAD_FIELDS * ring
    this.#heads[at] = first
    this.#heads[at + 1] = length
    this.#heads[at + 2] = drop
    this.#heads[at + 3] = stale
  }
}
