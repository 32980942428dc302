/** Means over the last values in windows of several widths. Bounded. */
export class SlidingWindows {
  readonly #ring: Float64Array
  readonly #widths: readonly number[]
  readonly #sums: Float64Array
  #count = 0

  constructor(widths: readonly number[]) {
    this.#widths = widths
    this.#ring = new Float64Array(Math.max(...widths) + 1)
    this.#sums = new Float64Array(widths.length)
  }

  get count(): number {
    return this.#count
  }

  push(value: number): void {
    for (let index = 0; index < this.#widths.length; index++) {
      const width = this.#widths[index]!
      this.#sums[index]! += value - (this.#count < width ? 0 : this.#at(this.#count - width))
    }
    this.#ring[this.#count % this.#ring.length] = value
    this.#count++
  }

  /** Mean over the last `width` values, one of the widths given; undefined until there are as many. */
  mean(width: number): number | undefined {
    return this.#count < width ? undefined : this.#sums[this.#widths.indexOf(width)]! / width
  }

  /** How many of the last `width` values are larger. */
  countAbove(threshold: number, width: number): number {
    let count = 0
    for (let back = 1; back <= width; back++) if (this.#at(this.#count - back) > threshold) count++
    return count
  }

  #at(position: number): number {
    return this.#ring[position % this.#ring.length]!
  }
}
