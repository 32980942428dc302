/**
 * Neumaier's improved Kahan–Babuška summation, which Prometheus uses for `sum` and `avg`: adds without losing small values
 * beside large ones. A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54, 1974.
 */
export class KahanSum {
  #sum = 0
  #compensation = 0

  reset(): void {
    this.#sum = 0
    this.#compensation = 0
  }

  add(value: number): void {
    const next = this.#sum + value
    // An infinite sum has no compensation; computing one would turn it into NaN.
    if (!Number.isFinite(next)) this.#compensation = 0
    else if (Math.abs(this.#sum) >= Math.abs(value)) this.#compensation += this.#sum - next + value
    else this.#compensation += value - next + this.#sum
    this.#sum = next
  }

  get value(): number {
    return Number.isFinite(this.#sum) ? this.#sum + this.#compensation : this.#sum
  }
}

/**
 * The arithmetic mean: the sum divided by the count, which is exact for equal values, and a running mean from the moment
 * the sum would overflow.
 */
export class Mean {
  readonly #sum = new KahanSum()
  #mean = 0
  #count = 0
  #incremental = false

  reset(): void {
    this.#sum.reset()
    this.#mean = 0
    this.#count = 0
    this.#incremental = false
  }

  add(value: number): void {
    const before = this.#sum.value
    this.#count += 1
    if (!this.#incremental) {
      this.#sum.add(value)
      if (this.#count === 1 || Number.isFinite(this.#sum.value) || Number.isNaN(this.#sum.value)) return
      this.#incremental = true
      this.#mean = before / (this.#count - 1)
    }
    if (!Number.isFinite(this.#mean)) {
      // An infinite mean stays unless its opposite or NaN comes in; (Inf - Inf) would spoil it.
      if (value === this.#mean || Number.isFinite(value)) return
      this.#mean = Number.isNaN(value) ? NaN : this.#mean + value
      return
    }
    this.#mean += value / this.#count - this.#mean / this.#count
  }

  get value(): number {
    return this.#incremental ? this.#mean : this.#sum.value / this.#count
  }
}
