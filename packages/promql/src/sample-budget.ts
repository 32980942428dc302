import { TooManySamples } from './errors.ts'

/** Counts what one evaluation touches, so that no expression can take a process down. */
export class SampleBudget {
  readonly #max: number
  #left: number

  constructor(max: number) {
    this.#max = max
    this.#left = max
  }

  /** Starts a new evaluation. */
  reset(): void {
    this.#left = this.#max
  }

  /**
   * Takes what is about to be touched; a step of a subquery takes as much as its expression has parts, so that empty steps
   * end as well.
   *
   * @throws TooManySamples when nothing is left.
   */
  take(samples: number): void {
    this.#left -= samples
    if (this.#left < 0) throw new TooManySamples(this.#max)
  }
}
