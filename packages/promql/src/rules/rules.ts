import type { Alert, ResolvedAlert } from './alert.ts'
import { RuleError } from '../words/errors.ts'
import { CompiledExpressions } from '../queries/compiled-expressions.ts'
import { GroupSchedule } from './group-schedule.ts'
import { EMPTY_LABELS, Labels } from '../words/labels.ts'
import { LoadedRule } from './loaded-rule.ts'
import { underscoreLabels } from '../words/names.ts'
import {
  durationField,
  loadError,
  nameOf,
  type LimitedAlerts,
  type RuleContext,
  type RuleHealth,
} from './rule-context.ts'
import type { RuleGroup } from './rule-group.ts'
import type { RecordingRule, Rule } from './rule.ts'
import { atOnce, type Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** What one evaluation of all rules found. */
export interface Evaluation {
  /** Pending and firing alerts, in the order of the rules. */
  readonly alerts: readonly Alert[]
  /** Alerts that fired and ended in the last 15 minutes, gathered when this is read. */
  readonly resolved: readonly ResolvedAlert[]
  /** Rules that could not be evaluated now; the alerts they had stay as they were. */
  readonly errors: readonly RuleError[]
  /** Rules with more alerts than {@link RulesOptions.maxAlertsPerRule}. */
  readonly limited: readonly LimitedAlerts[]
}

/** What {@link createRules} loads: rules by themselves, and groups, for example of a rule file. */
export type RuleSource = Rule | RecordingRule | RuleGroup

/** Options of {@link createRules}. */
export interface RulesOptions {
  /** A monotonic clock in milliseconds, to measure rules with. Default: rules are not measured. */
  readonly clockMs?: () => number
  /** What templates find in `$externalLabels`. Default: no labels. */
  readonly externalLabels?: Readonly<Record<string, string>>
  /** What templates find in `$externalURL`. Default: the empty text. */
  readonly externalUrl?: string
  /** Rules may use the functions that Prometheus has behind `--enable-feature=promql-experimental-functions`. Default: false. */
  readonly experimental?: boolean
  /**
   * `ALERTS` and `ALERTS_FOR_STATE` are written as Prometheus does. False where somebody else decides when an alert fires and
   * writes them with {@link AlertSeries}. Default: true.
   */
  readonly writesAlerts?: boolean
  /** The store is swept now and then. False where somebody else calls {@link Store.sweep}. Default: true. */
  readonly sweepsStore?: boolean
  /**
   * Pending and firing alerts that one rule may have. Further alerts of the rule are left out and counted in
   * {@link Evaluation.limited}; the alerts it has stay. Unlike a group's `limit`, it does not fail the rule. Default: no limit, as in Prometheus.
   */
  readonly maxAlertsPerRule?: number
  /** Expressions that were compiled already, when the rules were checked for example. Default: none. */
  readonly expressions?: CompiledExpressions
}

/** Rules over one store. */
export interface Rules extends Disposable {
  /** The rules that were loaded, as they are doing. */
  readonly health: readonly RuleHealth[]
  /** The rules that could not be loaded: one clear error each. */
  readonly rejected: readonly RuleError[]
  /**
   * Evaluates the groups whose interval has elapsed, and all rules without one, at an instant, milliseconds since the epoch.
   * Never throws; one failing rule stops no other.
   */
  evaluate(now: number): Evaluation
  /** The same in steps of at most a few hundred microseconds, between which the caller may rest. One evaluation at a time. */
  evaluateInSteps(now: number): Steps<Evaluation>
  /** Gives back what only these rules needed of the store; evaluate them no more. To replace rules, load the new ones first. */
  dispose(): void
  /** The same in steps, a rule each. */
  disposeInSteps(): Steps<void>
}

/** Series nobody can see any more are looked for this often; they are invisible in between anyway. */
const SWEEP_EVERY_MS = 30_000

/** Rules evaluated between two rests; each takes some ten microseconds over a hundred series. */
const RULES_OF_STEP = 8

interface LoadedGroup {
  /** `undefined` when it is due at every evaluation. */
  readonly schedule: GroupSchedule | undefined
  readonly rules: readonly LoadedRule[]
}

/**
 * Loads rules and groups of rules over a store, telling it what they read. Load rules before samples arrive.
 *
 * @example
 * const rules = createRules([{ alert: 'QueueStuck', expr: 'min_over_time(queue_jobs[1m]) > 100', for: '30s' }], store)
 * for (const error of rules.rejected) console.error(error.message)
 * const { alerts } = rules.evaluate(now)
 */
export function createRules(rules: readonly RuleSource[], store: Store, options: RulesOptions = {}): Rules {
  return atOnce(loadRules(rules, store, options))
}

/** {@link createRules} in steps, a rule each: parsing one expression takes up to a hundred microseconds. */
export function* loadRules(rules: readonly RuleSource[], store: Store, options: RulesOptions = {}): Steps<Rules> {
  const rejected: RuleError[] = []
  const groups: LoadedGroup[] = []
  const environment = { externalLabels: externalLabelsOf(options), externalUrl: options.externalUrl ?? '' }
  const shared = { ...options, environment, expressions: options.expressions ?? new CompiledExpressions() }
  for (const source of rules) groups.push(...(yield* loadGroup(source, store, shared, rejected)))
  const loaded = groups.flatMap(group => group.rules)
  let swept = -Infinity
  const disposeInSteps = function* (): Steps<void> {
    groups.length = 0
    for (const rule of loaded.splice(0)) {
      rule.dispose()
      yield
    }
  }
  const dispose = (): void => atOnce(disposeInSteps())
  const evaluateInSteps = function* (now: number): Steps<Evaluation> {
    if (options.sweepsStore !== false && Math.abs(now - swept) >= SWEEP_EVERY_MS) {
      store.sweep(now)
      swept = now
    }
    const alerts: Alert[] = []
    const errors: RuleError[] = []
    const limited: LimitedAlerts[] = []
    let evaluated = 0
    for (const group of groups) {
      const due = group.schedule?.due(now) ?? true
      for (const rule of group.rules) {
        const error = due ? yield* rule.evaluate(now, options.clockMs) : undefined
        if (error !== undefined) errors.push(error)
        rule.list(alerts)
        const more = rule.limited
        if (more !== undefined) limited.push(more)
        if (++evaluated % RULES_OF_STEP === 0) yield
      }
    }
    return {
      alerts,
      errors,
      limited,
      get resolved() {
        return loaded.flatMap(rule => rule.resolved)
      },
    }
  }
  return {
    dispose,
    disposeInSteps,
    [Symbol.dispose]: dispose,
    rejected,
    get health() {
      return loaded.map(rule => rule.health)
    },
    evaluate: now => atOnce(evaluateInSteps(now)),
    evaluateInSteps,
  }
}

function externalLabelsOf({ externalLabels }: RulesOptions): Labels {
  return externalLabels === undefined ? EMPTY_LABELS : Labels.from(underscoreLabels(externalLabels))
}

function* loadGroup(
  source: RuleSource,
  store: Store,
  options: RulesOptions & Pick<RuleContext, 'environment' | 'expressions'>,
  rejected: RuleError[],
): Steps<LoadedGroup[]> {
  // A rule by itself is a group of its own, evaluated every time.
  const group = 'rules' in source ? source : { name: nameOf(source), rules: [source] }
  const loaded: LoadedRule[] = []
  try {
    const intervalMs = durationField(group.name, 'interval', group.interval)
    const schedule = intervalMs === 0 ? undefined : new GroupSchedule(intervalMs)
    const queryOffsetMs = durationField(group.name, 'queryOffset', group.queryOffset)
    const context: RuleContext = {
      labels: group.labels ?? {},
      limit: group.limit ?? 0,
      maxAlerts: options.maxAlertsPerRule ?? Infinity,
      queryOffsetMs,
      experimental: options.experimental ?? false,
      writesAlerts: options.writesAlerts ?? true,
      environment: options.environment,
      expressions: options.expressions,
    }
    for (const rule of group.rules) {
      try {
        loaded.push(new LoadedRule(rule, context, store))
      } catch (error) {
        rejected.push(error instanceof RuleError ? error : loadError(nameOf(rule), 'expr', error))
      }
      yield
    }
    return [{ schedule, rules: loaded }]
  } catch (error) {
    rejected.push(error instanceof RuleError ? error : loadError(group.name, 'group', error))
    return []
  }
}
