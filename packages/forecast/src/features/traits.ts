import type { Rows } from './rows.ts'

/** The constant features of a limit and horizon. */
export class Traits {
  readonly #kind: string
  readonly #unit: string
  /** Binary logarithms of the horizon in steps and in minutes. */
  readonly #stepsAhead: number
  readonly #minutesAhead: number

  constructor(kind: string, unit: string, stepMs: number, horizonMs: number) {
    this.#kind = kind
    this.#unit = unit
    this.#stepsAhead = Math.log2(horizonMs / stepMs)
    this.#minutesAhead = Math.log2(horizonMs / 60_000)
  }

  describe(features: Rows): void {
    features.row('cpu', this.#kind === 'cpu' ? 1 : 0)
    features.row('memory', this.#kind === 'memory' ? 1 : 0)
    features.row('database', this.#kind === 'database' ? 1 : 0)
    features.row('ratio', this.#unit === 'ratio' ? 1 : 0)
    features.row('stepsAhead', this.#stepsAhead)
    features.row('minutesAhead', this.#minutesAhead)
  }
}
