import type { AlertStates } from '@homeostat/promql'
import type { AlertInputs } from './alert-inputs.ts'
import { RuleConditions } from './rule-conditions.ts'
import type { ConditionEntry, ConditionKeeper } from './rule-conditions.ts'
import type { Firing, PendingAlert, Transition } from '../words/firing.ts'

/** Options of {@link Conditions}. */
export interface ConditionsOptions {
  /** Expected time between evaluations. */
  readonly intervalMs: number
  /** Label sets kept at most, over all rules; further ones are left out and counted. @default 10000 */
  readonly max?: number
}

const DEFAULT_MAX = 10_000

/**
 * The states of all alerts: those of Prometheus, with a dead band, patience with missing data and a limit on flapping. Bounded:
 * alerts beyond the most there may be are left out, and to make room for one, the alert that ended longest ago is forgotten.
 *
 * @example
 * ```ts
 * const conditions = new Conditions({ intervalMs: 5000 })
 * const rules = createRules(sources, store, { states: conditions.readingFrom(inputs) })
 * const { alerts } = rules.evaluate(now)
 * ```
 */
export class Conditions implements ConditionKeeper {
  readonly intervalMs: number
  readonly #max: number
  /** Alerts that ended and whose flapping is remembered, the one that ended longest ago first. */
  readonly #ended = new Set<ConditionEntry>()
  #size = 0
  #transitions: Transition[] = []

  constructor({ intervalMs, max = DEFAULT_MAX }: ConditionsOptions) {
    this.intervalMs = intervalMs
    this.#max = max
  }

  /** The alerts that are known, ended ones included. */
  get size(): number {
    return this.#size
  }

  /** The states of rules, for `createRules`. A program that is loaded anew brings inputs of its own. */
  readingFrom(inputs: AlertInputs): AlertStates<Firing | PendingAlert> {
    return { ofRule: rule => new RuleConditions(rule, this, inputs) }
  }

  /** The alerts that changed their state since this was called last. */
  takeTransitions(): readonly Transition[] {
    const transitions = this.#transitions
    this.#transitions = []
    return transitions
  }

  admit(): boolean {
    if (this.#size >= this.#max) {
      const oldest = this.#ended.values().next().value
      if (oldest === undefined) return false
      oldest.owner.forget(oldest)
    }
    this.#size += 1
    return true
  }

  leave(entry: ConditionEntry): void {
    this.#size -= 1
    this.#ended.delete(entry)
  }

  changed(entry: ConditionEntry, alert: string, from: Transition['from']): void {
    const to = entry.condition.state
    this.#transitions.push({ alert, labels: entry.plainLabels, from, to })
    if (to === 'inactive') this.#ended.add(entry)
    else this.#ended.delete(entry)
  }
}
