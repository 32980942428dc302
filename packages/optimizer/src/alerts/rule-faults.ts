import type { Faults } from '@homeostat/signals'
import type { Evaluated } from './alerts.ts'
import { AlertLimitError } from './errors.ts'

/** Reports the faults of rules: each error once, and a rule that has too many alerts again only after it had fewer. */
export class RuleFaults {
  readonly #faults: Faults
  /** The rules that were limited at the last tick. */
  #limited: ReadonlySet<string> = new Set()
  /** A rule that took too long is passed over for a while, and its error stands. */
  readonly #reported = new WeakSet<object>()

  constructor(faults: Faults) {
    this.#faults = faults
  }

  report({ errors, limited }: Pick<Evaluated, 'errors' | 'limited'>): void {
    for (const error of errors) if (!this.#reported.has(error)) this.#faults.report('rule', error)
    for (const error of errors) this.#reported.add(error)
    for (const rule of limited)
      if (!this.#limited.has(rule.alert)) this.#faults.report('rule', new AlertLimitError(rule))
    this.#limited = new Set(limited.map(({ alert }) => alert))
  }
}
