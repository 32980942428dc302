import type { Alert, RuleError, Rules, RuleSource, Store } from '@homeostat/promql'
import { createRules } from '@homeostat/promql'
import type { Steps } from './sliced-work.ts'

/** Rules evaluated between two rests; each takes some ten microseconds over a hundred series. */
const RULES_OF_PART = 8

/** What one evaluation of all parts found. */
export interface FoundAlerts {
  readonly alerts: readonly Alert[]
  readonly errors: readonly RuleError[]
}

/** Rules in parts, in their order, so that their evaluation can rest in between. A group stays whole. */
export class RuleParts {
  readonly #parts: readonly Rules[]

  constructor(rules: readonly RuleSource[], store: Store) {
    // The loop decides when an alert fires, so it shows the alerts as well.
    this.#parts = partsOf(rules).map(part => createRules(part, store, { writesAlerts: false }))
  }

  /** The rules that were loaded, as they are doing. */
  get health(): Rules['health'] {
    return this.#parts.flatMap(part => part.health)
  }

  /** The rules that could not be loaded. */
  get rejected(): readonly RuleError[] {
    return this.#parts.flatMap(part => part.rejected)
  }

  *evaluate(now: number): Steps<FoundAlerts> {
    const alerts: Alert[] = []
    const errors: RuleError[] = []
    for (const part of this.#parts) {
      const found = part.evaluate(now)
      for (const alert of found.alerts) alerts.push(alert)
      errors.push(...found.errors)
      yield
    }
    return { alerts, errors }
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose()
  }
}

function partsOf(rules: readonly RuleSource[]): RuleSource[][] {
  const parts: RuleSource[][] = []
  let room = 0
  for (const source of rules) {
    if (room <= 0) {
      parts.push([])
      room = RULES_OF_PART
    }
    parts.at(-1)!.push(source)
    room -= 'rules' in source ? source.rules.length : 1
  }
  return parts
}
