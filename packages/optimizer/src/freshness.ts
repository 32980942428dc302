import type { BoundExpression, Expression, LabelMatch as LabelMatcher, Rule, Store } from '@homeostat/promql'
import { compile, underscoreLabel } from '@homeostat/promql'
import type { Faults } from '@homeostat/signals'
import { LabelMatch } from './label-match.ts'
import { plainLabels } from './plain-labels.ts'
import type { Steps } from './sliced-work.ts'

type Expr = Expression['ast']
type Labels = Readonly<Record<string, string>>

/** What others measure is fresh for two of their intervals, so that one export may fail. */
const FRESH_INTERVALS = 2

/** The default interval of OpenTelemetry's periodic reader, and so the cadence of what others measure. */
const EXPORT_INTERVAL_MS = 60_000

/** By how much the pace of readers is told apart. */
const PACE_STEP_MS = 30_000

const SCOPE = 'otel_scope_name'

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
  now: number
  labels: readonly Labels[]
  byLabels: LabelMatch<Labels>
}

/**
 * Whether an alert's inputs are there now. PromQL alone cannot tell: it looks back five minutes for a value, and a range
 * goes on answering from the samples that are left in it.
 *
 * What `or` combines needs one side, what `absent` asks for may be missing, and everything else needs all of its series.
 */
export class Freshness {
  readonly #options: FreshnessOptions
  readonly #rules = new WeakMap<Rule, Expr>()
  readonly #bound = new Map<string, BoundExpression>()
  readonly #selectors = new WeakMap<readonly LabelMatcher[], string>()
  readonly #stripped = new WeakMap<Labels, Labels>()
  /** By selector and scope: many alerts read the same series. */
  readonly #present = new Map<string, Present>()

  constructor(options: FreshnessOptions) {
    this.#options = options
  }

  /** Whether every series that the alert's expression reads for these labels has a fresh value. */
  hasInputs(rule: Rule, labels: Labels, now: number): boolean {
    return this.#isFresh(this.#exprOf(rule), this.#sampleLabels(rule, labels), now)
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
    const isFresh = (operand: Expr): boolean => this.#isFresh(operand, labels, now)
    switch (expr.kind) {
      case 'selector':
        return this.#hasSample(expr.matches, labels, now)
      case 'range':
        return isFresh(expr.selector)
      case 'subquery':
      case 'aggregation':
      case 'unary':
        return isFresh(expr.operand)
      case 'binary':
        if (expr.operator === 'or') return isFresh(expr.left) || isFresh(expr.right)
        return isFresh(expr.left) && (expr.operator === 'unless' || isFresh(expr.right))
      case 'call':
        return expr.name.startsWith('absent') || expr.args.every(isFresh)
      case 'number':
      case 'string':
        return true
      case 'paren':
        return isFresh(expr.operand)
    }
  }

  #hasSample(matches: readonly LabelMatcher[], labels: Labels, now: number): boolean {
    const { ownScopes, intervalMs, collectionIntervalMs } = this.#options
    const isOwn = ({ [SCOPE]: scope }: Labels): boolean => scope !== undefined && ownScopes.has(scope)
    // Our own series have a value of this very tick, or they are gone.
    const own = this.#presentOf(matches, intervalMs / 2, isOwn, now)
    if (own.byLabels.has(labels)) return true
    // In coarse steps, since each window is an expression of its own.
    const paceMs = Math.ceil(collectionIntervalMs() / PACE_STEP_MS) * PACE_STEP_MS
    const everyMs = Math.max(EXPORT_INTERVAL_MS, intervalMs, paceMs)
    // No selector sees further back than the lookback.
    const foreignMs = Math.max(Math.min(FRESH_INTERVALS * everyMs, this.#options.store.lookbackMs), intervalMs)
    return this.#presentOf(matches, foreignMs, series => !isOwn(series), now).byLabels.has(labels)
  }

  #selectorOf(matches: readonly LabelMatcher[]): string {
    const known = this.#selectors.get(matches)
    if (known !== undefined) return known
    const parts = matches.map(
      ({ label, operator, value }) => `${JSON.stringify(label)}${operator}${JSON.stringify(value)}`,
    )
    const selector = `{${parts.join(',')}}`
    this.#selectors.set(matches, selector)
    return selector
  }

  #presentOf(
    matches: readonly LabelMatcher[],
    windowMs: number,
    isOfScope: (labels: Labels) => boolean,
    now: number,
  ): Present {
    const text = `present_over_time(${this.#selectorOf(matches)}[${Math.ceil(windowMs)}ms])`
    const known = this.#present.get(text)
    if (known?.now === now) return known
    const labels = this.#evaluate(text, now).filter(isOfScope)
    // Mostly the same series are there as at the last tick, and what follows from their labels still holds.
    if (known && isSame(known.labels, labels)) known.now = now
    else this.#present.set(text, { now, labels, byLabels: new LabelMatch(labels, each => each) })
    return this.#present.get(text)!
  }

  #evaluate(text: string, now: number): readonly Labels[] {
    const { store, faults } = this.#options
    const value = faults.contain('rule', () => {
      let bound = this.#bound.get(text)
      if (bound === undefined) this.#bound.set(text, (bound = compile(text).bind(store)))
      return bound.evaluate(now)
    })
    return value?.type === 'vector' ? value.samples.map(sample => plainLabels(sample.labels)) : []
  }
}

function isSame(a: readonly Labels[], b: readonly Labels[]): boolean {
  return a.length === b.length && a.every((labels, index) => labels === b[index])
}
