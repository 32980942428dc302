import type { EvaluationTime } from '../../src/alerts/condition.ts'

/** The evaluations of one rule, one after the other. */
export class EvaluationTimes {
  #last: EvaluationTime = { at: -Infinity, before: -Infinity, nth: 0 }

  /** The next evaluation. */
  next(at: number): EvaluationTime {
    return (this.#last = { at, before: this.#last.at, nth: this.#last.nth + 1 })
  }
}
