/**
 * The ratio of two sums of paired values, and how sure it is: the ratio estimator of survey sampling with its linearised variance
 * (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, section 6.3). Each pair is one window.
 */
export class RatioSums {
  #pairs = 0
  #sum = 0
  #base = 0
  #sumSquares = 0
  #baseSquares = 0
  #products = 0

  add(value: number, base: number): void {
    this.#pairs += 1
    this.#sum += value
    this.#base += base
    this.#sumSquares += value * value
    this.#baseSquares += base * base
    this.#products += value * base
  }

  /** Makes all pairs so far count less: by a factor from 0 to 1. */
  fade(factor: number): void {
    this.#pairs *= factor
    this.#sum *= factor
    this.#base *= factor
    this.#sumSquares *= factor
    this.#baseSquares *= factor
    this.#products *= factor
  }

  get base(): number {
    return this.#base
  }

  get pairs(): number {
    return this.#pairs
  }

  /** NaN without a base. */
  get ratio(): number {
    return this.#base > 0 ? this.#sum / this.#base : Number.NaN
  }

  /** The standard error of the ratio; infinite below two pairs. */
  get standardError(): number {
    if (this.#pairs < 2 || this.#base <= 0) return Number.POSITIVE_INFINITY
    const ratio = this.ratio
    const residuals = this.#sumSquares - 2 * ratio * this.#products + ratio * ratio * this.#baseSquares
    return Math.sqrt((Math.max(0, residuals) * this.#pairs) / (this.#pairs - 1)) / this.#base
  }
}
