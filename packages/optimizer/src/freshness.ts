import type { BoundExpression, Expression, LabelMatch, Rule, Store } from '@homeostat/promql'
import { compile, underscoreLabel } from '@homeostat/promql'
import type { Faults } from '@homeostat/signals'
import { isNarrowedBy } from './measurement.ts'
import { plainLabels } from './plain-labels.ts'

type Expr = Expression['ast']
type Labels = Readonly<Record<string, string>>

/** What others measure is fresh for two of their intervals, so that one export may fail. */
const FRESH_INTERVALS = 2

/** The default interval of OpenTelemetry's periodic reader, and so the cadence of what others measure. */
const EXPORT_INTERVAL_MS = 60_000

const SCOPE = 'otel_scope_name'

export interface FreshnessOptions {
  readonly store: Store
  readonly rules: Iterable<Rule>
  /** Names of the scopes that the tick reads itself. */
  readonly ownScopes: ReadonlySet<string>
  /** Time between ticks. */
  readonly intervalMs: number
  readonly faults: Faults
}

/**
 * Whether an alert's inputs are there now. PromQL alone cannot tell: it looks back five minutes for a value, and a range
 * goes on answering from the samples that are left in it.
 *
 * What `or` combines needs one side, what `absent` asks for may be missing, and everything else needs all of its series.
 */
export class Freshness implements Disposable {
  readonly #options: FreshnessOptions
  readonly #rules = new Map<Rule, Expr>()
  readonly #bound = new Map<string, BoundExpression>()
  readonly #selectors = new WeakMap<readonly LabelMatch[], string>()
  readonly #stripped = new WeakMap<Labels, Labels>()
  /** Of this tick: many alerts read the same series. */
  readonly #present = new Map<string, { readonly now: number; readonly labels: readonly Labels[] }>()

  constructor(options: FreshnessOptions) {
    this.#options = options
    for (const rule of options.rules) {
      try {
        this.#rules.set(rule, compile(rule.expr).ast)
      } catch {
        // Loading the rule reports it.
      }
    }
  }

  /** Whether every series that the alert's expression reads for these labels has a fresh value. */
  hasInputs(rule: Rule, labels: Labels, now: number): boolean {
    const expr = this.#rules.get(rule)
    return expr === undefined || this.#isFresh(expr, this.#sampleLabels(rule, labels), now)
  }

  [Symbol.dispose](): void {
    for (const bound of this.#bound.values()) bound.dispose()
    this.#bound.clear()
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

  #hasSample(matches: readonly LabelMatch[], labels: Labels, now: number): boolean {
    const { ownScopes, intervalMs } = this.#options
    // Our own series have a value of this very tick, or they are gone.
    const own = intervalMs / 2
    const foreign = FRESH_INTERVALS * Math.max(EXPORT_INTERVAL_MS, intervalMs)
    const isThere = (windowMs: number, isOfScope: (scope: string | undefined) => boolean): boolean =>
      this.#presentOf(matches, windowMs, now).some(sample => isOfScope(sample[SCOPE]) && isNarrowedBy(sample, labels))
    const isOwn = (scope: string | undefined): boolean => scope !== undefined && ownScopes.has(scope)
    return isThere(own, isOwn) || isThere(foreign, scope => !isOwn(scope))
  }

  #selectorOf(matches: readonly LabelMatch[]): string {
    const known = this.#selectors.get(matches)
    if (known !== undefined) return known
    const parts = matches.map(
      ({ label, operator, value }) => `${JSON.stringify(label)}${operator}${JSON.stringify(value)}`,
    )
    const selector = `{${parts.join(',')}}`
    this.#selectors.set(matches, selector)
    return selector
  }

  #presentOf(matches: readonly LabelMatch[], windowMs: number, now: number): readonly Labels[] {
    const { store, faults } = this.#options
    const text = `present_over_time(${this.#selectorOf(matches)}[${Math.ceil(windowMs)}ms])`
    const known = this.#present.get(text)
    if (known?.now === now) return known.labels
    const value = faults.contain('rule', () => {
      let bound = this.#bound.get(text)
      if (bound === undefined) this.#bound.set(text, (bound = compile(text).bind(store)))
      return bound.evaluate(now)
    })
    const labels = value?.type === 'vector' ? value.samples.map(sample => plainLabels(sample.labels)) : []
    this.#present.set(text, { now, labels })
    return labels
  }
}
