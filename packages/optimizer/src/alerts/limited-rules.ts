import type { Faults } from '@homeostat/signals'
import { AlertLimitError } from './errors.ts'
import type { LimitedRule } from '../words/firing.ts'

/** Reports each rule that has too many alerts once, and again only after it had fewer. */
export class LimitedRules {
  readonly #faults: Faults
  /** The rules that were limited at the last tick. */
  #known: ReadonlySet<string> = new Set()

  constructor(faults: Faults) {
    this.#faults = faults
  }

  report(limited: readonly LimitedRule[]): void {
    for (const rule of limited) if (!this.#known.has(rule.alert)) this.#faults.report('rule', new AlertLimitError(rule))
    this.#known = new Set(limited.map(({ alert }) => alert))
  }
}
