import { BYTES_PER_SAMPLE, INITIAL_CAPACITY } from './series.ts'

const RING_BYTES = INITIAL_CAPACITY * BYTES_PER_SAMPLE

/** How much memory the rings of a store take and may take. Rings are powers of two of samples, doubled when full. */
export class RingMemory {
  readonly #maxBytes: number
  readonly #intervalMs: number
  readonly #onFull: () => void
  #bytes = 0

  /** @param onFull called whenever a ring may not grow although its window needs it */
  constructor(maxBytes: number, intervalMs: number, onFull: () => void) {
    this.#maxBytes = maxBytes
    this.#intervalMs = intervalMs
    this.#onFull = onFull
  }

  get bytes(): number {
    return this.#bytes
  }

  /** What a ring takes at most: its window at twice the expected rate. */
  plannedBytes(retentionMs: number): number {
    const samples = (2 * retentionMs) / this.#intervalMs + 8
    return 2 ** Math.floor(Math.log2(Math.max(INITIAL_CAPACITY, 2 * samples))) * BYTES_PER_SAMPLE
  }

  /** Takes the memory of a new ring; false when there is none. */
  take(): boolean {
    if (this.#bytes + RING_BYTES > this.#maxBytes) return false
    this.#bytes += RING_BYTES
    return true
  }

  give(bytes: number): void {
    this.#bytes -= bytes
  }

  /** Takes the memory to double a ring; false when its window does not need it or there is none. */
  readonly double = (bytes: number, retentionMs: number): boolean => {
    if (2 * bytes > this.plannedBytes(retentionMs)) return false
    if (this.#bytes + bytes > this.#maxBytes) {
      this.#onFull()
      return false
    }
    this.#bytes += bytes
    return true
  }
}
