import type {
  BoundExpression,
  Expression,
  LabelMatch as LabelMatcher,
  Labels as SeriesLabels,
  Rule,
  Store,
} from '@homeostat/promql'
import { compile, operandsOf, underscoreLabel } from '@homeostat/promql'
import { atOnce, type Faults, type Steps } from '@homeostat/signals'
import { LabelMatch } from './label-match.ts'
import { plainLabels } from '../words/plain-labels.ts'
import { selectorText } from './selector-text.ts'

type Expr = Expression['ast']
type Labels = Readonly<Record<string, string>>

/** Series of others are fresh for two of their intervals, so that one export may fail. */
const FRESH_INTERVALS = 2

/** The default interval of OpenTelemetry's periodic reader, and so the cadence of what others measure. */
const EXPORT_INTERVAL_MS = 60_000

/** The pace of readers is rounded up to a multiple of this. */
const PACE_STEP_MS = 30_000

/** The label that names the scope of a series. */
export const SCOPE = 'otel_scope_name'

/** Series checked between two rests. */
const SERIES_OF_STEP = 128

export interface FreshnessOptions {
  readonly store: Store
  /** Names of the scopes that the tick reads itself. */
  readonly ownScopes: ReadonlySet<string>
  /** Time between ticks. */
  readonly intervalMs: number
  /** Time between the collections of the slowest attached reader; 0 while it is not known. */
  readonly collectionIntervalMs: () => number
  readonly faults: Faults
}

/** The series that were present at a time. */
interface Present {
  readonly now: number
  /** All of them, those of other scopes as well. */
  readonly series: readonly SeriesLabels[]
  readonly labels: readonly Labels[]
  readonly byLabels: LabelMatch<Labels>
}

/** What was read ahead for a selector. */
interface Prepared {
  readonly now: number
  readonly own: Present
  readonly foreign: Present
}

/**
 * Whether an alert's inputs are there now. PromQL alone does not show it: it looks back five minutes for a value, and a range
 * goes on answering from the samples that are left in it.
 *
 * An `or` needs one of its sides, the series of an `absent` may be missing, and everything else needs all of its series.
 */
export class Freshness {
  readonly #options: FreshnessOptions
  readonly #rules = new WeakMap<Rule, Expr>()
  readonly #bound = new Map<string, BoundExpression>()
  readonly #selectors = new WeakMap<readonly LabelMatcher[], string>()
  readonly #stripped = new WeakMap<Labels, Labels>()
  /** By selector and scope: many alerts read the same series. */
  readonly #present = new Map<string, Present>()
  readonly #prepared = new WeakMap<readonly LabelMatcher[], Prepared>()

  constructor(options: FreshnessOptions) {
    this.#options = options
  }

  /** Whether every series that the alert's expression reads for these labels has a fresh value. */
  hasInputs(rule: Rule, labels: Labels, now: number): boolean {
    return this.#isFresh(this.#exprOf(rule), this.#sampleLabels(rule, labels), now)
  }

  /** Reads in steps the series that {@link hasInputs} needs for alerts of the rule with labels of these names. */
  *prepare(rule: Rule, labels: Labels, now: number): Steps<void> {
    const own = this.#sampleLabels(rule, labels)
    for (const matches of selectorsIn(this.#exprOf(rule))) {
      const prepared = { now, own: yield* this.#own(matches, now), foreign: yield* this.#foreign(matches, now) }
      yield* prepared.own.byLabels.prepare(own)
      yield* prepared.foreign.byLabels.prepare(own)
      this.#prepared.set(matches, prepared)
    }
  }

  /** Gives back what only this needed of the store. */
  *dispose(): Steps<void> {
    for (const [text, bound] of this.#bound) {
      this.#bound.delete(text)
      bound.dispose()
      yield
    }
  }

  /** Read when its rule has its first alert: most rules have none. */
  #exprOf(rule: Rule): Expr {
    const known = this.#rules.get(rule)
    if (known) return known
    const { ast } = compile(rule.expr)
    this.#rules.set(rule, ast)
    return ast
  }

  /** An alert's labels without those that its rule sets: its series may have other values of them. */
  #sampleLabels(rule: Rule, labels: Labels): Labels {
    const known = this.#stripped.get(labels)
    if (known !== undefined) return known
    const stripped: Record<string, string> = { ...labels }
    delete stripped['alertname']
    for (const name of Object.keys(rule.labels ?? {})) delete stripped[underscoreLabel(name)]
    this.#stripped.set(labels, stripped)
    return stripped
  }

  #isFresh(expr: Expr, labels: Labels, now: number): boolean {
    switch (expr.kind) {
      case 'selector':
        return this.#hasSample(expr.matches, labels, now)
      case 'range':
        return this.#isFresh(expr.selector, labels, now)
      case 'subquery':
      case 'aggregation':
      case 'unary':
        return this.#isFresh(expr.operand, labels, now)
      case 'binary':
        if (expr.operator === 'or')
          return this.#isFresh(expr.left, labels, now) || this.#isFresh(expr.right, labels, now)
        if (!this.#isFresh(expr.left, labels, now)) return false
        return expr.operator === 'unless' || this.#isFresh(expr.right, labels, now)
      case 'call':
        if (expr.name.startsWith('absent')) return true
        // Not `every`: its callback would be an object for each alert at each evaluation.
        for (const operand of expr.args) if (!this.#isFresh(operand, labels, now)) return false
        return true
      case 'number':
      case 'string':
        return true
      case 'paren':
        return this.#isFresh(expr.operand, labels, now)
    }
  }

  #hasSample(matches: readonly LabelMatcher[], labels: Labels, now: number): boolean {
    const prepared = this.#prepared.get(matches)
    if (prepared?.now === now) return prepared.own.byLabels.has(labels) || prepared.foreign.byLabels.has(labels)
    if (atOnce(this.#own(matches, now)).byLabels.has(labels)) return true
    return atOnce(this.#foreign(matches, now)).byLabels.has(labels)
  }

  /** Our own series have a value of this very tick, or they are gone. */
  #own(matches: readonly LabelMatcher[], now: number): Steps<Present> {
    return this.#presentOf(matches, this.#options.intervalMs / 2, series => this.#isOwn(series), now)
  }

  #foreign(matches: readonly LabelMatcher[], now: number): Steps<Present> {
    const { store, intervalMs, collectionIntervalMs } = this.#options
    // In coarse steps, since each window is an expression of its own.
    const paceMs = Math.ceil(collectionIntervalMs() / PACE_STEP_MS) * PACE_STEP_MS
    const everyMs = Math.max(EXPORT_INTERVAL_MS, intervalMs, paceMs)
    // No selector sees further back than the lookback.
    const windowMs = Math.max(Math.min(FRESH_INTERVALS * everyMs, store.lookbackMs), intervalMs)
    return this.#presentOf(matches, windowMs, series => !this.#isOwn(series), now)
  }

  #isOwn({ [SCOPE]: scope }: Labels): boolean {
    return scope !== undefined && this.#options.ownScopes.has(scope)
  }

  #selectorOf(matches: readonly LabelMatcher[]): string {
    const known = this.#selectors.get(matches)
    if (known !== undefined) return known
    const selector = selectorText(matches)
    this.#selectors.set(matches, selector)
    return selector
  }

  *#presentOf(
    matches: readonly LabelMatcher[],
    windowMs: number,
    isOfScope: (labels: Labels) => boolean,
    now: number,
  ): Steps<Present> {
    const text = `present_over_time(${this.#selectorOf(matches)}[${Math.ceil(windowMs)}ms])`
    const known = this.#present.get(text)
    if (known?.now === now) return known
    const series = yield* this.#evaluate(text, now)
    // Mostly the same series are there as at the last tick, and what follows from their labels still holds.
    if (known?.series === series) {
      const present = { ...known, now }
      this.#present.set(text, present)
      return present
    }
    const labels: Labels[] = []
    for (const [index, each] of series.entries()) {
      const plain = plainLabels(each)
      if (isOfScope(plain)) labels.push(plain)
      if (index % SERIES_OF_STEP === SERIES_OF_STEP - 1) yield
    }
    const isKnown = known !== undefined && isSame(known.labels, labels)
    const byLabels = isKnown ? known.byLabels : yield* LabelMatch.over(labels, each => each)
    const present = { now, series, labels, byLabels }
    this.#present.set(text, present)
    return present
  }

  *#evaluate(text: string, now: number): Steps<readonly SeriesLabels[]> {
    try {
      const bound = this.#bound.get(text) ?? compile(text).bind(this.#options.store)
      this.#bound.set(text, bound)
      return (yield* bound.columnsInSteps(now)).labels
    } catch (error) {
      this.#options.faults.report('rule', error)
      return []
    }
  }
}

function isSame(a: readonly Labels[], b: readonly Labels[]): boolean {
  return a.length === b.length && a.every((labels, index) => labels === b[index])
}

function selectorsIn(expr: Expr): (readonly LabelMatcher[])[] {
  if (expr.kind === 'selector') return [expr.matches]
  return operandsOf(expr).flatMap(selectorsIn)
}
