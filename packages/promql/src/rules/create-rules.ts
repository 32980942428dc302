import type { AlertStates } from './alert-states.ts'
import { RuleError } from '../words/errors.ts'
import { CompiledExpressions } from '../queries/compiled-expressions.ts'
import { GroupSchedule } from './group-schedule.ts'
import { EMPTY_LABELS, Labels } from '../words/labels.ts'
import { LoadedRule } from './loaded-rule.ts'
import { underscoreLabels } from '../words/names.ts'
import { PrometheusStates } from './prometheus-states.ts'
import { durationField, loadError, nameOf, type RuleContext } from './rule-context.ts'
import type { RuleGroup } from './rule-group.ts'
import type { RecordingRule, Rule } from './rule.ts'
import { Rules, type LoadedGroup } from './rules.ts'
import { atOnce, type Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'

/** A rule by itself, or a group of rules, for example of a rule file; see {@link createRules}. */
export type RuleSource = Rule | RecordingRule | RuleGroup

/** The rules of a source: those of a group in their order, or the one rule itself. */
export function rulesOf(source: RuleSource): readonly (Rule | RecordingRule)[] {
  return 'rules' in source ? source.rules : [source]
}

/** Options of {@link createRules}. */
export interface RulesOptions {
  /** A monotonic clock in milliseconds, to measure rules with. @default rules are not measured */
  readonly clockMs?: () => number
  /** The value of `$externalLabels` in templates. @default no labels */
  readonly externalLabels?: Readonly<Record<string, string>>
  /** The value of `$externalURL` in templates. @default the empty text */
  readonly externalUrl?: string
  /** Rules may use the functions that Prometheus has behind `--enable-feature=promql-experimental-functions`. @default false */
  readonly experimental?: boolean
  /**
   * Pending and firing alerts that one rule may have. Further alerts of the rule are left out and counted in
   * `Evaluation.limited`; the alerts it has stay. Unlike a group's `limit`, it does not fail the rule.
   * @default no limit, as in Prometheus
   */
  readonly maxAlertsPerRule?: number
  /** Expressions that were compiled already, when the rules were checked for example. @default none */
  readonly expressions?: CompiledExpressions
}

/** Options of {@link createRules} for alerts whose states differ from those of Prometheus. */
export interface StatesOptions<A> extends RulesOptions {
  /** Decides when alerts are pending, fire and end. @default as in Prometheus */
  readonly states: AlertStates<A>
}

/**
 * Loads rules and groups of rules over a store, which from then on stores the series that they read. Load rules before samples arrive.
 *
 * @param options.states - decides when alerts are pending, fire and end. Default: as in Prometheus.
 *
 * @example
 * ```ts
 * const rules = createRules([{ alert: 'QueueStuck', expr: 'min_over_time(queue_jobs[1m]) > 100', for: '30s' }], store)
 * for (const error of rules.rejected) console.error(error.message)
 * const { alerts } = rules.evaluate(now)
 * ```
 */
export function createRules(rules: readonly RuleSource[], store: Store, options?: RulesOptions): Rules
export function createRules<A>(rules: readonly RuleSource[], store: Store, options: StatesOptions<A>): Rules<A>
export function createRules(
  rules: readonly RuleSource[],
  store: Store,
  options: RulesOptions | StatesOptions<unknown> = {},
): Rules<unknown> {
  return atOnce(load(rules, store, options))
}

/** {@link createRules} in steps, a rule each: parsing one expression takes up to a hundred microseconds. */
export function loadRules(rules: readonly RuleSource[], store: Store, options?: RulesOptions): Steps<Rules>
export function loadRules<A>(rules: readonly RuleSource[], store: Store, options: StatesOptions<A>): Steps<Rules<A>>
export function loadRules(
  rules: readonly RuleSource[],
  store: Store,
  options: RulesOptions | StatesOptions<unknown> = {},
): Steps<Rules<unknown>> {
  return load(rules, store, options)
}

function* load(
  rules: readonly RuleSource[],
  store: Store,
  options: RulesOptions | StatesOptions<unknown>,
): Steps<Rules<unknown>> {
  const rejected: RuleError[] = []
  const groups: LoadedGroup<unknown>[] = []
  const states = 'states' in options ? options.states : new PrometheusStates()
  const environment = { externalLabels: externalLabelsOf(options), externalUrl: options.externalUrl ?? '' }
  const shared = { ...options, states, environment, expressions: options.expressions ?? new CompiledExpressions() }
  for (const source of rules) groups.push(...(yield* loadGroup(source, store, shared, rejected)))
  return new Rules(groups, rejected, store, options.clockMs)
}

function externalLabelsOf({ externalLabels }: RulesOptions): Labels {
  return externalLabels === undefined ? EMPTY_LABELS : Labels.from(underscoreLabels(externalLabels))
}

function* loadGroup<A>(
  source: RuleSource,
  store: Store,
  options: StatesOptions<A> & Pick<RuleContext, 'environment' | 'expressions'>,
  rejected: RuleError[],
): Steps<LoadedGroup<A>[]> {
  // A rule by itself is a group of its own, evaluated every time.
  const group = 'rules' in source ? source : { name: nameOf(source), rules: [source] }
  const loaded: LoadedRule<A>[] = []
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
      environment: options.environment,
      expressions: options.expressions,
    }
    for (const rule of group.rules) {
      try {
        loaded.push(new LoadedRule(rule, context, store, options.states))
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
