import type { Alert, CompiledExpressions, LimitedAlerts, RuleError, Rules, RuleSource, Store } from '@homeostat/promql'
import { loadRules } from '@homeostat/promql'
import type { Steps } from '../time/sliced-work.ts'

/** Rules evaluated between two rests; each takes some ten microseconds over a hundred series. */
const RULES_OF_PART = 8

/** Alerts of one rule; a rule that finds more is one per user, key or request, and nobody reads so many. */
export const MOST_ALERTS_OF_RULE = 1000

/** What one evaluation of all parts found. */
export interface FoundAlerts {
  readonly alerts: readonly Alert[]
  readonly errors: readonly RuleError[]
  /** The rules with more alerts than one rule may have. */
  readonly limited: readonly LimitedAlerts[]
}

/** Rules in parts, in their order, so that their evaluation can rest in between. A group stays whole. */
export class RuleParts {
  readonly #parts: readonly Rules[]

  private constructor(parts: readonly Rules[]) {
    this.#parts = parts
  }

  static *load(rules: readonly RuleSource[], store: Store, expressions: CompiledExpressions): Steps<RuleParts> {
    const parts: Rules[] = []
    // The loop decides when an alert fires, so it shows the alerts as well.
    const options = { writesAlerts: false, sweepsStore: false, maxAlertsPerRule: MOST_ALERTS_OF_RULE, expressions }
    for (const part of partsOf(rules)) {
      parts.push(yield* loadRules(part, store, options))
      yield
    }
    return new RuleParts(parts)
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
    const limited: LimitedAlerts[] = []
    for (const part of this.#parts) {
      const found = yield* part.evaluateInSteps(now)
      for (const alert of found.alerts) alerts.push(alert)
      for (const error of found.errors) errors.push(error)
      for (const rule of found.limited) limited.push(rule)
      yield
    }
    return { alerts, errors, limited }
  }

  *dispose(): Steps<void> {
    for (const part of this.#parts) {
      yield* part.disposeInSteps()
    }
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
