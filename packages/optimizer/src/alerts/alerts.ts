import type { RuleError } from '@homeostat/promql'
import type { Steps } from '@homeostat/signals'
import type { Conditions } from './conditions.ts'
import type { Program } from './program.ts'
import type { Firing, LimitedRule, PendingAlert, Transition } from '../words/firing.ts'

/** What one evaluation of all rules found. */
export interface Evaluated {
  readonly pending: readonly PendingAlert[]
  readonly firings: readonly Firing[]
  readonly transitions: readonly Transition[]
  readonly errors: readonly RuleError[]
  /** The rules with more alerts than one rule, or all of them, may have. */
  readonly limited: readonly LimitedRule[]
}

/** Alerts checked between two rests. */
const ALERTS_OF_STEP = 1024

/** The alerts of a program as the loop sees them. */
export class Alerts {
  readonly #conditions: Conditions
  #alerts: readonly (Firing | PendingAlert)[] = []
  #pending: readonly PendingAlert[] = []
  #firings: readonly Firing[] = []

  constructor(conditions: Conditions) {
    this.#conditions = conditions
  }

  *evaluate(program: Program, now: number): Steps<Evaluated> {
    const { alerts, errors, limited } = yield* program.rules.evaluateInSteps(now)
    if (alerts !== this.#alerts) yield* this.#split(alerts)
    return {
      pending: this.#pending,
      firings: this.#firings,
      transitions: this.#conditions.takeTransitions(),
      errors,
      limited: limited.map(({ rule, kept, leftOut }) => ({ alert: rule.alert, kept, leftOut })),
    }
  }

  *#split(alerts: readonly (Firing | PendingAlert)[]): Steps<void> {
    const pending: PendingAlert[] = []
    const firings: Firing[] = []
    for (let place = 0; place < alerts.length; place++) {
      const alert = alerts[place]!
      if ('firesAt' in alert) pending.push(alert)
      else firings.push(alert)
      if (place % ALERTS_OF_STEP === ALERTS_OF_STEP - 1) yield
    }
    this.#alerts = alerts
    this.#pending = pending
    this.#firings = firings
  }
}
