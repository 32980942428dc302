import type { ResolvedAlert } from './alert.ts'
import type { Labels } from '../words/labels.ts'
import type { Rule } from './rule.ts'
import type { Steps } from '../words/steps.ts'

/**
 * Decides when the alerts of rules are pending, when they fire and when they end, and keeps their states. The rules evaluate the
 * expressions and write `ALERTS` and `ALERTS_FOR_STATE`: they show what is decided here, so an alert has one state.
 * Default of `createRules`: `PrometheusStates`.
 */
export interface AlertStates<A> {
  /** The states of a rule's alerts; called once for each alerting rule that is loaded. */
  ofRule(rule: AlertingRule): RuleStates<A>
}

/** An alerting rule, as the states of its alerts see it. */
export interface AlertingRule {
  readonly rule: Rule
  /** The rule's `for`. */
  readonly forMs: number
  /** The rule's `keepFiringFor`. */
  readonly keepFiringForMs: number
  /** The group's `limit`: with more alerts the rule fails. 0 means no limit. */
  readonly limit: number
  /** `RulesOptions.maxAlertsPerRule`: beyond it, samples without an alert get none and are counted as left out. */
  readonly maxAlerts: number
  /** The rule's annotations for a sample. */
  annotate(source: Labels, value: number): Readonly<Record<string, string>>
}

/** The samples of an evaluation in columns, without an object per sample: there may be thousands of them. */
export interface ActiveSamples {
  readonly length: number
  /** The labels of each sample's alert; they differ. */
  readonly labels: readonly Labels[]
  /** Each sample's own labels, which templates refer to. */
  readonly sources: readonly Labels[]
  readonly values: ArrayLike<number>
}

/** An alert as `ALERTS` and `ALERTS_FOR_STATE` show it; inactive ones are not shown. */
export interface AlertState {
  /** The same object each time saves making the labels of the series anew. */
  readonly labels: Labels
  readonly state: 'inactive' | 'pending' | 'firing'
  /** Since when the expression has been true, on the clock of the samples. */
  readonly activeAt: number
}

/** The alerts of one rule. Only the rule calls this, and never while a call is under way. */
export interface RuleStates<A> {
  /** Whether there are no alerts at all: an evaluation without samples would change nothing. */
  readonly idle: boolean
  /** Pending and firing alerts. */
  readonly active: number
  /** Samples of the last evaluation that got no alert, because the rule had `maxAlerts` already. */
  readonly leftOut: number
  /** Rises with each change of what {@link list} adds. */
  readonly changes: number
  /** All alerts; inactive ones may be among them. An array: an iterator makes an object for each alert. */
  readonly alerts: readonly AlertState[]
  /** Adds the pending and firing alerts, as `Evaluation.alerts` holds them. */
  list(into: A[]): void
  /** The alerts that fired and ended not long ago. Leave it out when they are not kept. */
  readonly resolved?: readonly ResolvedAlert[]
  /** Takes the samples of one evaluation. The rule fails when it throws. */
  update(samples: ActiveSamples, now: number): Steps<void>
  /** The rule had no evaluation: it failed, or its group is not due. Without this method its alerts stay as they were. */
  pass?(why: 'failed' | 'not due', now: number): Steps<void>
  /** Goes on with the alerts of the same rule as it was loaded before. Called once at most, before the first evaluation. */
  takeOver(previous: RuleStates<A>): void
  /** The rule is gone. */
  end(): void
}
