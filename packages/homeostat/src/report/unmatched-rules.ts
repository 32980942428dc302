import type { Optimizer } from '@homeostat/optimizer'
import type { Rule, RecordingRule } from '@homeostat/promql'
import { counted, type Faults, SlicedWork, type Steps } from '@homeostat/signals'
import { shownName } from '@homeostat/signals/options'
import type { Findings } from './findings.ts'
import { MOST_METRICS, ownMetricNames, ReportedMetrics } from './reported-metrics.ts'
import { SCRAPE_METRICS } from './server-only-selectors.ts'
import { metricMeantBy, unreportedIn } from './unreported-metrics.ts'

/** A rule of the application that reads a metric which no source has reported, so that it cannot match. */
export interface UnmatchedRule {
  /** The name of the alert, or of the metric that the rule records. */
  readonly rule: string
  /** The package that brings the rule; undefined for a rule of the application. */
  readonly package: string | undefined
  /** The metrics without which it returns nothing. */
  readonly metrics: readonly string[]
  /** A metric whose name is close to the wrong one. */
  readonly meant: string | undefined
  /** Whether there is nothing to correct: a rule of a package, or of metrics of Homeostat, which come when their library is used. */
  readonly isUsual: boolean
}

/** The answer of `explain` about an alert whose rule cannot match. */
export interface UnmatchedExplanation {
  readonly line: string
  readonly record: UnmatchedRule
}

/** Metrics of the application come with the collections of its readers: three of them are awaited. */
const COLLECTIONS = 3
/** Sources come and go while a process starts. */
const SETTLED_TICKS = 12
const SETTLED_MS = 60_000
/** A reader that nobody collects from, or that collects once an hour, is not awaited for longer. */
const LONGEST_WAIT_MS = 600_000
const SLICE_MS = 1
/** While metrics keep appearing, rules are checked again only so often. */
const TICKS_BETWEEN_CHECKS = 6
/** Alerts are series of the rules themselves; the name of a recording rule has a colon, and loading reports a missing one. */
const ELSEWHERE = /^ALERTS(?:_FOR_STATE)?$|:/
/** The key of a finding. */
const UNCHECKED = 'unchecked rules'
/** Metric names that people write. */
const METRIC_NAME = /^[\w.:-]{1,150}$/
/** Rules checked between two rests. */
const RULES_OF_STEP = 32
/** Rules that are reported one by one, and whose metrics are compared with those that are reported. */
const MOST_LINES = 10
const MOST_RULES = 200

export interface UnmatchedRulesContext {
  readonly optimizer: Optimizer
  readonly findings: Findings
  readonly faults: Faults
  /** The readers of the application that serve Homeostat. */
  readonly readers: ReadonlySet<object>
  /** The rules of packages, by package. */
  readonly packageRules: ReadonlyMap<string, readonly Rule[]>
}

/**
 * Finds rules that cannot match because no source has reported a metric that they need. A rule of the application is a finding, once, until
 * its metric is reported. A rule of a package, whose library may simply not be in use, is in the report only. Above 5000 metrics, no
 * further rule is found, and one line says so.
 */
export class UnmatchedRules {
  readonly #context: UnmatchedRulesContext
  readonly #reported = new ReportedMetrics()
  readonly #packageOf: ReadonlyMap<string, string>
  readonly #shown = new Set<string>()
  #all: readonly UnmatchedRule[] = []
  #ticks = 0
  #firstTick: number | undefined
  /** The rules and metrics of the last check. */
  #checked: { readonly rules: unknown; readonly metrics: number; readonly tick: number } | undefined
  #checking: Promise<void> | undefined

  constructor(context: UnmatchedRulesContext) {
    this.#context = context
    const { optimizer, faults, packageRules } = context
    this.#packageOf = new Map(
      [...packageRules].flatMap(([name, rules]) => rules.map(rule => [identityOf(rule), name] as const)),
    )
    optimizer.reader.on(snapshot => faults.contain('rule', () => this.#reported.see(snapshot)))
  }

  /** Those that are to be corrected first. At most 200. */
  get all(): readonly UnmatchedRule[] {
    return this.#all
  }

  /** One line about an alert whose rule cannot match; undefined for any other one. */
  explain(alert: string): UnmatchedExplanation | undefined {
    const record = this.#all.find(each => each.rule === alert)
    return record && { line: this.#lineOf(record), record }
  }

  /** To be called at each tick. The work is done afterwards, in slices, and only where rules or metrics have changed. */
  tick(now: number): void {
    this.#ticks++
    this.#firstTick ??= now
    const { optimizer, faults } = this.#context
    const { rules } = optimizer
    const isNews = this.#checked?.rules !== rules || this.#mayComeIn(this.#checked)
    if (!isNews || this.#checking !== undefined || !this.#isSettled(now - this.#firstTick)) return
    this.#checked = { rules, metrics: this.#reported.size, tick: this.#ticks }
    this.#checking = new SlicedWork(this.#check(), SLICE_MS).done
      .then(all => this.#show(all))
      .catch((error: unknown) => faults.report('rule', error))
      .finally(() => (this.#checking = undefined))
  }

  /** Settles when the check that is under way is done. */
  async done(): Promise<void> {
    await this.#checking
  }

  /** Whether a metric that a rule waits for may have come. */
  #mayComeIn({ metrics, tick }: { readonly metrics: number; readonly tick: number }): boolean {
    return this.#all.length > 0 && metrics !== this.#reported.size && this.#ticks - tick >= TICKS_BETWEEN_CHECKS
  }

  /** Whether the sources have had their time to report. */
  #isSettled(elapsedMs: number): boolean {
    if (this.#ticks < SETTLED_TICKS || elapsedMs < SETTLED_MS) return false
    const { readers, optimizer } = this.#context
    if (readers.size === 0 || elapsedMs >= LONGEST_WAIT_MS) return true
    const { collectionIntervalMs } = optimizer.reader
    return collectionIntervalMs > 0 && elapsedMs >= COLLECTIONS * collectionIntervalMs
  }

  *#check(): Steps<readonly UnmatchedRule[]> {
    const found: UnmatchedRule[] = []
    // A metric that is not known may be reported then. So earlier findings stay, and no other one is made.
    const kept = this.#reported.isFull ? new Set(this.#all.map(identityOfUnmatched)) : undefined
    const own = ownMetricNames()
    const { optimizer } = this.#context
    const rules = optimizer.rules.health.map(({ rule }) => rule)
    const recorded = new Set(rules.flatMap(rule => ('record' in rule ? [rule.record] : [])))
    const isReported = (name: string): boolean =>
      this.#reported.has(name) || recorded.has(name) || SCRAPE_METRICS.test(name) || ELSEWHERE.test(name)
    for (const [index, rule] of rules.entries()) {
      if (index % RULES_OF_STEP === RULES_OF_STEP - 1) yield
      const metrics = [...new Set(this.#unreportedIn(rule, isReported))]
      if (metrics.length === 0) continue
      const named = 'record' in rule ? rule.record : rule.alert
      const from = this.#packageOf.get(identityOf(rule))
      const isUsual = from !== undefined || metrics.every(name => own.all.has(name))
      const unmatched = { rule: named, package: from, metrics, meant: undefined, isUsual }
      if (kept?.has(identityOfUnmatched(unmatched)) !== false) found.push(unmatched)
    }
    const sorted = found.toSorted((a, b) => Number(a.isUsual) - Number(b.isUsual))
    const all = sorted.slice(0, MOST_RULES)
    for (const [index, rule] of all.entries()) {
      if (index >= MOST_LINES || rule.isUsual) break
      const known = [...own.canonical, ...this.#reported.canonicalNames]
      const meant = yield* metricMeantBy(rule.metrics.find(name => !own.all.has(name)) ?? rule.metrics[0]!, known)
      all[index] = { ...rule, meant }
    }
    return all
  }

  #unreportedIn({ expr }: Rule | RecordingRule, isReported: (name: string) => boolean): readonly string[] {
    try {
      const { ast } = this.#context.optimizer.expressions.compile(expr, { experimental: true })
      return unreportedIn(ast, isReported)
    } catch {
      // Loading has reported it.
      return []
    }
  }

  #show(all: readonly UnmatchedRule[]): void {
    const { findings } = this.#context
    this.#all = all
    const own = all.filter(({ isUsual }) => !isUsual)
    const wanted = new Map(
      own.slice(0, MOST_LINES).map(rule => [`unmatched ${identityOfUnmatched(rule)}`, this.#lineOf(rule)]),
    )
    if (own.length > MOST_LINES)
      wanted.set(
        'unmatched others',
        `${counted(own.length - MOST_LINES, 'more rule')} cannot match, because no source has reported their metrics: see unmatchedRules of h.report()`,
      )
    if (this.#reported.isFull)
      wanted.set(
        UNCHECKED,
        `sources have reported ${MOST_METRICS} metrics, so further rules are not checked for metrics that no source reports; look for metric names that hold data, such as ids`,
      )
    for (const key of this.#shown) if (!wanted.has(key)) findings.remove(key)
    for (const [key, line] of wanted) {
      findings.add(key, line, 'info')
      this.#shown.add(key)
    }
    for (const key of this.#shown) if (!wanted.has(key)) this.#shown.delete(key)
  }

  #lineOf({ rule, metrics, meant }: UnmatchedRule): string {
    const names = metrics.slice(0, 3).map(shownMetric).join(' and ')
    const why =
      this.#context.readers.size === 0 && meant === undefined
        ? `, and no reader of the application is attached, so that rules read Homeostat's own metrics only`
        : ''
    const hint = meant === undefined ? '' : `; did you mean ${shownMetric(meant)}?`
    return `rule "${shownName(rule)}" cannot match: no source has reported ${names} so far${why}${hint}`
  }
}

function shownMetric(name: string): string {
  return METRIC_NAME.test(name) ? name : shownName(name)
}

function identityOf(rule: Rule | RecordingRule): string {
  return JSON.stringify(['record' in rule ? rule.record : rule.alert, rule.expr])
}

function identityOfUnmatched({ rule, metrics }: UnmatchedRule): string {
  return JSON.stringify([rule, metrics])
}
