import type { Lsn } from './lsn.ts'

/** Enough for a minute of samples every 50 ms. */
const SIZE = 1_200

/** Positions of the primary, each with the moment before which it was asked for: whatever had ended by then is at or before it. */
export class PositionRing {
  readonly #moments = new Float64Array(SIZE)
  readonly #times = new Float64Array(SIZE)
  readonly #positions = new BigUint64Array(SIZE)
  #count = 0

  /** @param moment - when the question was sent. @param at - the same in milliseconds of a monotonic clock */
  add(moment: number, at: number, position: Lsn): void {
    const index = this.#count % SIZE
    this.#moments[index] = moment
    this.#times[index] = at
    this.#positions[index] = position
    this.#count++
  }

  /** Forgets everything: the positions are those of another history. */
  clear(): void {
    this.#count = 0
  }

  /** The moment of the last sample; 0 without one. */
  get lastMoment(): number {
    return this.#count === 0 ? 0 : this.#moments[(this.#count - 1) % SIZE]!
  }

  /** The last position; undefined without one. */
  get lastPosition(): Lsn | undefined {
    return this.#count === 0 ? undefined : this.#positions[(this.#count - 1) % SIZE]!
  }

  /** The first position that was asked for after a moment; undefined when none was yet. */
  after(moment: number): Lsn | undefined {
    if (this.lastMoment <= moment) return undefined
    let low = this.#oldest
    let high = this.#count - 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.#moments[middle % SIZE]! > moment) high = middle
      else low = middle + 1
    }
    return this.#positions[low % SIZE]!
  }

  /**
   * When the newest position was asked for that a replica at `position` has replayed: so old is its data at most. NaN when
   * every sample is ahead of it.
   */
  timeOf(position: Lsn): number {
    for (let index = this.#count - 1; index >= this.#oldest; index--)
      if (this.#positions[index % SIZE]! <= position) return this.#times[index % SIZE]!
    return Number.NaN
  }

  get #oldest(): number {
    return Math.max(0, this.#count - SIZE)
  }
}
