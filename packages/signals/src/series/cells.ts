/**
 * One growable `Float64Array` that all series of an instrument share. A series owns `width` consecutive cells.
 *
 * A slot that is freed and taken again gets a new generation, so that a reader that remembers the old series' values
 * never subtracts them from the new one's.
 */
export class Cells {
  /** Replaced when the store grows: read it anew on every access. */
  values: Float64Array
  readonly width: number
  #generations: Uint32Array
  #used = 0
  readonly #free: number[] = []

  constructor(width: number, capacity = 8) {
    this.width = width
    this.values = new Float64Array(width * capacity)
    this.#generations = new Uint32Array(capacity)
  }

  /** The index of the first of `width` cells, all set to `initial`. */
  take(initial: number): number {
    const slot = this.#free.pop() ?? this.#grow()
    // Here and not in release(): a reader may look between the two, and would remember the old values as the new series'.
    this.#generations[slot]! += 1
    const start = slot * this.width
    this.values.fill(initial, start, start + this.width)
    return start
  }

  release(start: number): void {
    this.#free.push(start / this.width)
  }

  generation(start: number): number {
    return this.#generations[start / this.width] ?? 0
  }

  #grow(): number {
    const slot = this.#used++
    if ((slot + 1) * this.width > this.values.length) {
      const values = new Float64Array(this.values.length * 2)
      values.set(this.values)
      this.values = values
      const generations = new Uint32Array(this.#generations.length * 2)
      generations.set(this.#generations)
      this.#generations = generations
    }
    return slot
  }
}
