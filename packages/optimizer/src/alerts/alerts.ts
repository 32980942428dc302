import type { Alert, Rule, RuleError, ShownAlert, Store } from '@homeostat/promql'
import { AlertSeries, parseDuration } from '@homeostat/promql'
import { alertKey } from '../words/alert-key.ts'
import type { Firing, LimitedRule, PendingAlert, Transition } from '../words/firing.ts'
import type { Condition, ConditionPolicy, Reading } from './condition.ts'
import { isActionable, isFiring } from './condition.ts'
import type { ConditionChange, Conditions } from './conditions.ts'
import { readingOf } from './reading.ts'
import type { Program } from './program.ts'
import { ResponseIndex } from '../words/response-match.ts'
import type { Steps } from '../time/sliced-work.ts'

/** What one evaluation of all rules found. */
export interface Evaluated {
  readonly pending: readonly PendingAlert[]
  readonly firings: readonly Firing[]
  readonly transitions: readonly Transition[]
  readonly errors: readonly RuleError[]
  /** The rules with more alerts than one rule may have. */
  readonly limited: readonly LimitedRule[]
}

/** Rules passed over, and alerts looked at, between two rests. */
const RULES_OF_STEP = 128
const ALERTS_OF_STEP = 32

/** One rule at one evaluation. */
interface RuleContext {
  readonly program: Program
  readonly rule: Rule
  readonly name: string
  readonly hasFailed: boolean
  readonly details: Map<string, Detail>
  readonly now: number
  readonly policy: ConditionPolicy
}

/** One for as long as the alert has a condition: an object for each evaluation would keep what it holds from being collected. */
interface Detail {
  readonly alert: string
  readonly labels: Firing['labels']
  annotations: Firing['annotations']
  value: number
}

/**
 * The alerts of a program as the loop sees them: what Prometheus's rules say, with a dead band, patience with missing data
 * and a limit on flapping on top.
 */
export class Alerts {
  readonly #conditions: Conditions
  readonly #intervalMs: number
  /** What is told about each label set of a rule, for as long as it has a condition. */
  readonly #details = new Map<string, Map<string, Detail>>()
  readonly #policies = new Map<string, ConditionPolicy>()
  readonly #store: Store
  /** `ALERTS` of each rule: the state that the ledger and the metrics show. */
  readonly #series = new Map<string, AlertSeries>()
  /** Of rules that are gone; they end with the next evaluation. */
  #ending: AlertSeries[] = []
  /** The names of the rules in force, once there was a reload. */
  #kept: ReadonlySet<string> | undefined

  constructor(conditions: Conditions, intervalMs: number, store: Store) {
    this.#conditions = conditions
    this.#intervalMs = intervalMs
    this.#store = store
  }

  *evaluate(program: Program, now: number): Steps<Evaluated> {
    const { alerts, errors, limited: found } = yield* program.rules.evaluate(now)
    const leftOut = new Map<Rule, number>(found.map(each => [each.rule, each.leftOut]))
    const limited: LimitedRule[] = []
    const failed = new Set(errors.map(error => error.alert))
    for (const series of this.#ending.splice(0)) yield* series.writeInSteps([], now)
    const transitions: Transition[] = []
    const pending: PendingAlert[] = []
    const firings: Firing[] = []
    const byRule = new Map<Rule, Alert[]>()
    for (const alert of alerts) {
      const reported = byRule.get(alert.rule)
      if (reported) reported.push(alert)
      else byRule.set(alert.rule, [alert])
    }
    let looked = 0
    for (const [rule, name] of program.ruleNames) {
      if (++looked % RULES_OF_STEP === 0) yield
      // A rule's life begins with its first evaluation, and not with its first alert.
      if (!this.#policies.has(name)) this.#policies.set(name, this.#policyOf(rule, now))
      const reported = byRule.get(rule) ?? []
      if (reported.length === 0 && this.#conditions.of(name).size === 0) continue
      const policy = this.#policies.get(name)!
      const details = this.#details.get(name) ?? new Map<string, Detail>()
      this.#details.set(name, details)
      const context = { program, rule, name, hasFailed: failed.has(rule.alert), details, now, policy }
      const leftOutBefore = this.#conditions.leftOut
      for (const { key, from, to } of yield* this.#evaluate(context, reported)) {
        const { labels } = details.get(key)!
        transitions.push({ alert: rule.alert, labels, from: from.state, to: to.state })
      }
      const conditions = this.#conditions.of(name)
      const shown: ShownAlert[] = []
      const more = (leftOut.get(rule) ?? 0) + this.#conditions.leftOut - leftOutBefore
      if (more > 0) limited.push({ alert: rule.alert, kept: conditions.size, leftOut: more })
      for (const [key, detail] of details) {
        if (++looked % ALERTS_OF_STEP === 0) yield
        const condition = conditions.get(key)
        if (!condition) details.delete(key)
        else if (condition.state === 'pending') {
          const { alert, labels, annotations, value } = detail
          const { since } = condition
          pending.push({ alert, labels, annotations, value, since, firesAt: since + policy.forMs })
          shown.push({ labels: detail.labels, state: 'pending', activeAt: condition.since })
        } else if (isFiring(condition)) {
          firings.push(firingOf(detail, condition))
          shown.push({ labels: detail.labels, state: 'firing', activeAt: condition.since })
        }
      }
      yield* this.#seriesOf(name, rule).writeInSteps(shown, now)
      yield
    }
    return { pending, firings, transitions, errors, limited }
  }

  /** Forgets the rules that a reload has taken away. Another reload ends it: the last one has the last word. */
  *keep(names: ReadonlySet<string>): Steps<void> {
    this.#kept = names
    let looked = 0
    for (const name of this.#policies.keys()) {
      if (++looked % RULES_OF_STEP === 0) yield
      if (this.#kept !== names) return
      if (names.has(name)) continue
      this.#conditions.forget(name)
      this.#policies.delete(name)
      this.#details.delete(name)
      const series = this.#series.get(name)
      if (series !== undefined) this.#ending.push(series)
      this.#series.delete(name)
    }
  }

  #seriesOf(name: string, rule: Rule): AlertSeries {
    let series = this.#series.get(name)
    if (series === undefined) this.#series.set(name, (series = new AlertSeries(rule, this.#store)))
    return series
  }

  *#evaluate(
    { program, rule, name, hasFailed, details, now, policy }: RuleContext,
    reported: readonly Alert[],
  ): Steps<readonly ConditionChange[]> {
    yield* this.#prepare(program, rule, reported[0]?.labels ?? details.values().next().value?.labels, now)
    const holding = new Set<string>()
    let looked = 0
    for (const alert of reported) {
      if (++looked % ALERTS_OF_STEP === 0) yield
      const { labels, annotations, value, keptSince } = alert
      const key = alertKey(alert)
      const detail = details.get(key)
      if (detail?.labels === labels) {
        detail.annotations = annotations
        detail.value = value
      } else details.set(key, { alert: alert.alert, labels, annotations, value })
      // Whatever the value is, infinite or not a number: the expression has a sample, so it holds.
      const isSeen = keptSince === undefined && !hasFailed
      if (isSeen && program.freshness.hasInputs(rule, labels, now)) holding.add(key)
    }
    const readAbsent = (key: string): Reading => {
      const detail = details.get(key)
      if (!detail) return 'missing'
      const hasInputs = program.freshness.hasInputs(rule, detail.labels, now)
      return readingOf({ isReported: false, hasFailed, hasInputs, isClear: isClear(program, detail, now) })
    }
    return yield* this.#conditions.evaluateInSteps(name, holding, readAbsent, now, policy)
  }

  /** Reads in steps what each alert of the rule is going to ask for. */
  *#prepare(program: Program, rule: Rule, labels: Firing['labels'] | undefined, now: number): Steps<void> {
    if (labels === undefined) return
    yield* program.freshness.prepare(rule, labels, now)
    const clears = ResponseIndex.of(program.responses).expressionsOf(rule.alert, ({ clear }) => (clear ? [clear] : []))
    yield* program.measurement.readAhead(clears, now, labels)
  }

  #policyOf(rule: Rule, startedAt: number): ConditionPolicy {
    return {
      forMs: parseDuration(rule.for ?? '0') ?? 0,
      keepFiringForMs: parseDuration(rule.keepFiringFor ?? '0') ?? 0,
      intervalMs: this.#intervalMs,
      startedAt,
    }
  }
}

/** The alert is over when all responses to it say so. */
function isClear({ responses, measurement }: Program, detail: Detail, now: number): boolean {
  return ResponseIndex.of(responses)
    .to(detail)
    .every(response => measurement.isClear(response, detail.labels, now))
}

function firingOf(
  { alert, labels, annotations, value }: Detail,
  condition: Extract<Condition, { state: 'firing' | 'resolving' }>,
): Firing {
  const { since, missingSince } = condition
  const keptSince = condition.state === 'resolving' ? condition.clearSince : condition.at
  if (isActionable(condition)) return { alert, labels, annotations, value, since }
  const kept = { alert, labels, annotations, value, since, keptSince }
  return missingSince === undefined ? kept : { ...kept, missingSince }
}
