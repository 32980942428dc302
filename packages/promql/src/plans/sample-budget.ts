import { TooManySamples } from '../words/errors.ts'

/** Counts what one evaluation touches, so that no expression can take a process down. */
export class SampleBudget {
  #max = 0
  #left = 0

  /** Starts a new evaluation. */
  reset(max: number): void {
    this.#max = max
    this.#left = max
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

  /**
   * Refuses what will be too much before any of it is done.
   *
   * @param what how many steps and series, for the message
   * @throws TooManySamples when so many are not left.
   */
  foresee(samples: number, what: string): void {
    if (samples > this.#left) throw new TooManySamples(this.#max, what)
  }
}
