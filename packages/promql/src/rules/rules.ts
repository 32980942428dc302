import type { Alert, ResolvedAlert } from './alert.ts'
import type { RuleError } from '../words/errors.ts'
import type { GroupSchedule } from './group-schedule.ts'
import type { LoadedRule } from './loaded-rule.ts'
import type { LimitedAlerts, RuleHealth } from './rule-context.ts'
import { atOnce, type Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** The result of one evaluation of all rules. */
export interface Evaluation<A = Alert> {
  /**
   * Pending and firing alerts, in the order of the rules. An alert that has not changed since the last evaluation is the same
   * object, and while none has changed, so is the list.
   */
  readonly alerts: readonly A[]
  /** Alerts that fired and ended in the last 15 minutes, gathered when this is read. */
  readonly resolved: readonly ResolvedAlert[]
  /** Rules that could not be evaluated now; the alerts they had stay as they were. */
  readonly errors: readonly RuleError[]
  /** Rules with more alerts than `RulesOptions.maxAlertsPerRule`. */
  readonly limited: readonly LimitedAlerts[]
}

/** Series nobody can see any more are looked for this often; they are invisible in between anyway. */
const SWEEP_EVERY_MS = 30_000

/** Rules evaluated between two rests; each takes some ten microseconds over a hundred series. */
const RULES_OF_STEP = 8

/** Rules whose alerts are listed, or that are compared, between two rests. */
const ASKED_OF_STEP = 128

/** Rules that are evaluated together. */
export interface LoadedGroup<A> {
  /** `undefined` when it is due at every evaluation. */
  readonly schedule: GroupSchedule | undefined
  readonly rules: readonly LoadedRule<A>[]
}

/** Rules over one store. Made by `createRules`. */
export class Rules<A = Alert> implements Disposable {
  /** The rules that could not be loaded: one clear error each. */
  readonly rejected: readonly RuleError[]
  readonly #groups: LoadedGroup<A>[]
  readonly #rules: LoadedRule<A>[]
  readonly #store: Store
  readonly #clockMs: (() => number) | undefined
  #sweptAt = -Infinity
  #alerts: readonly A[] = []
  #changes = 0
  #isEvaluated = false
  /** The rules that were in force before, until the first evaluation. */
  #previous: readonly LoadedRule<A>[] = []

  /** @internal */
  constructor(
    groups: LoadedGroup<A>[],
    rejected: readonly RuleError[],
    store: Store,
    clockMs: (() => number) | undefined,
  ) {
    this.#groups = groups
    this.#rules = groups.flatMap(group => group.rules)
    this.rejected = rejected
    this.#store = store
    this.#clockMs = clockMs
  }

  /** The rules that were loaded, as they are doing. */
  get health(): readonly RuleHealth[] {
    return this.#rules.map(rule => rule.health)
  }

  /**
   * Evaluates the groups whose interval has elapsed, and all rules without one, at an instant, milliseconds since the epoch.
   * Never throws; one failing rule stops no other.
   */
  evaluate(now: number): Evaluation<A> {
    return atOnce(this.evaluateInSteps(now))
  }

  /** The same in steps of at most a few hundred microseconds, between which the caller may rest. One evaluation at a time. */
  *evaluateInSteps(now: number): Steps<Evaluation<A>> {
    this.#sweep(now)
    this.#isEvaluated = true
    const gone = yield* this.#continue()
    const errors: RuleError[] = []
    const limited: LimitedAlerts[] = []
    let changes = 0
    let evaluated = 0
    for (const { schedule, rules } of this.#groups) {
      const due = schedule?.due(now) ?? true
      for (const rule of rules) {
        const error = due ? yield* rule.evaluate(now, this.#clockMs) : yield* rule.pass(now)
        if (error !== undefined) errors.push(error)
        const more = rule.limited
        if (more !== undefined) limited.push(more)
        changes += rule.changes
        if (++evaluated % RULES_OF_STEP === 0) yield
      }
    }
    // Last: a series that another rule has gone on writing does not end.
    for (const rule of gone) {
      rule.end(now)
      yield
    }
    if (changes !== this.#changes) {
      this.#changes = changes
      this.#alerts = yield* this.#list()
    }
    const rules = this.#rules
    return {
      alerts: this.#alerts,
      errors,
      limited,
      get resolved() {
        return rules.flatMap(rule => rule.resolved)
      },
    }
  }

  /**
   * Goes on where other rules over the same store stop, as Prometheus does after a reload: a rule that was there before, with the
   * same name, expression, durations and labels, keeps its alerts, whatever its annotations say now. Alerts and series of
   * the others end. Call it before the first evaluation, which does the work; evaluate the other rules no more.
   *
   * @example
   * ```ts
   * const next = createRules(sources, store)
   * next.takeOver(rules)
   * rules.dispose()
   * ```
   */
  takeOver(previous: Rules<A>): void {
    if (previous === this) return
    // Rules that were never evaluated have nothing of their own, only what they were to take over.
    this.#previous = previous.#isEvaluated ? [...previous.#rules] : previous.#previous
    previous.#previous = []
  }

  /** Gives back what only these rules needed of the store; evaluate them no more. To replace rules, load the new ones first. */
  dispose(): void {
    atOnce(this.disposeInSteps())
  }

  /** The same in steps, a rule each. */
  *disposeInSteps(): Steps<void> {
    this.#groups.length = 0
    this.#alerts = []
    for (const rule of this.#rules.splice(0)) {
      rule.dispose()
      yield
    }
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < SWEEP_EVERY_MS) return
    this.#store.sweep(now)
    this.#sweptAt = now
  }

  /** Takes over the states of unchanged rules, and returns the rules that are gone. */
  *#continue(): Steps<readonly LoadedRule<A>[]> {
    const previous = this.#previous
    this.#previous = []
    if (previous.length === 0) return previous
    let asked = 0
    const known = new Map<string, LoadedRule<A>[]>()
    for (const rule of previous) {
      const { identity } = rule
      const alike = known.get(identity)
      if (alike) alike.push(rule)
      else known.set(identity, [rule])
      if (++asked % ASKED_OF_STEP === 0) yield
    }
    for (const rule of this.#rules) {
      const same = known.get(rule.identity)?.shift()
      if (same !== undefined) rule.takeOver(same)
      if (++asked % ASKED_OF_STEP === 0) yield
    }
    return [...known.values()].flat()
  }

  *#list(): Steps<readonly A[]> {
    const alerts: A[] = []
    let asked = 0
    for (const rule of this.#rules) {
      const before = alerts.length
      rule.list(alerts)
      if (++asked % ASKED_OF_STEP === 0 || alerts.length - before > ASKED_OF_STEP) yield
    }
    return alerts
  }
}
