import { AnnotationList } from './annotation.ts'
import type { Expr, LabelMatch, ValueType } from './ast.ts'
import { checkTypes } from './check.ts'
import { planExpression } from './evaluator.ts'
import type { Frame } from './frame.ts'
import { parse } from './parser.ts'
import type { EvaluationContext, Plan } from './plan.ts'
import type { Store } from './store.ts'
import type { Sample, SeriesSamples, Value } from './value.ts'

/** What one selector of an expression reads. */
export interface SelectorUse {
  readonly matches: readonly LabelMatch[]
  /** How far back it looks: its range (0 for an instant) plus its offset. */
  readonly windowMs: number
}

/** Start and end of a range query, for `@ start()` and `@ end()`. */
export interface QueryBounds {
  readonly startMs: number
  readonly endMs: number
}

/** A parsed and checked expression; bind it to a store, then evaluate it as often as wanted. */
export class Expression {
  readonly source: string
  readonly ast: Expr
  readonly type: ValueType
  readonly selectors: readonly SelectorUse[]
  /** The longest look back of all selectors, without the store's lookback. */
  readonly maxRangeMs: number
  readonly #bound = new WeakMap<Store, BoundExpression>()

  constructor(source: string) {
    this.source = source
    this.ast = parse(source)
    this.type = checkTypes(source, this.ast)
    this.selectors = selectorsOf(this.ast)
    this.maxRangeMs = Math.max(0, ...this.selectors.map(selector => selector.windowMs))
  }

  /** Tells the store what this expression reads and makes the plan. Bind before samples arrive: others are not stored. */
  bind(store: Store): BoundExpression {
    let bound = this.#bound.get(store)
    if (bound === undefined) {
      bound = new BoundExpression(planExpression(this.ast, this.source, store))
      this.#bound.set(store, bound)
    }
    return bound
  }

  /** Evaluates at an instant, milliseconds since the epoch. */
  evaluate(store: Store, atMs: number): Value {
    return this.bind(store).evaluate(atMs)
  }
}

/** An expression over one store. */
export class BoundExpression {
  readonly #plan: Plan

  constructor(plan: Plan) {
    this.#plan = plan
  }

  evaluate(atMs: number, bounds?: QueryBounds): Value {
    const list = new AnnotationList()
    const context = { timeMs: atMs, startMs: bounds?.startMs ?? atMs, endMs: bounds?.endMs ?? atMs, annotations: list }
    const plan = this.#plan
    switch (plan.type) {
      case 'scalar': {
        const value = plan.evaluate(context)
        return { type: 'scalar', value, timestampMs: atMs, annotations: list.all }
      }
      case 'string':
        return { type: 'string', value: plan.value, annotations: list.all }
      case 'instant vector': {
        const samples = samplesOf(plan.evaluate(context), atMs)
        return { type: 'vector', samples, annotations: list.all }
      }
      case 'range vector': {
        const series: SeriesSamples[] = []
        plan.each(context, (labels, window) => {
          const samples = Array.from({ length: window.length }, (_, i) => ({
            timestampMs: window.times[i] ?? NaN,
            value: window.values[i] ?? NaN,
          }))
          series.push({ labels, samples })
        })
        return { type: 'matrix', series, annotations: list.all }
      }
    }
  }

  /** The instant vector itself, without copying it; valid until the next evaluation. `undefined` for other types. */
  frame(context: EvaluationContext): Frame | undefined {
    return this.#plan.type === 'instant vector' ? this.#plan.evaluate(context) : undefined
  }
}

/**
 * Parses and checks a PromQL expression once, for many evaluations.
 *
 * @throws SyntaxProblem or UnsupportedFeature, with the position.
 *
 * @example
 * const slow = compile('histogram_quantile(0.99, sum by (le) (rate({"db.client.operation.duration_bucket"}[1m])))')
 * const value = slow.evaluate(store, Date.now())
 */
export function compile(source: string): Expression {
  return new Expression(source)
}

function samplesOf(frame: Frame, timestampMs: number): Sample[] {
  const samples: Sample[] = []
  for (let i = 0; i < frame.length; i++) {
    const labels = frame.labels[i]
    if (labels !== undefined) samples.push({ labels, value: frame.values[i] ?? NaN, timestampMs })
  }
  return samples
}

function selectorsOf(expr: Expr): SelectorUse[] {
  switch (expr.kind) {
    case 'selector':
      return [{ matches: expr.matches, windowMs: Math.max(0, expr.offsetMs) }]
    case 'range':
      return [{ matches: expr.selector.matches, windowMs: expr.rangeMs + Math.max(0, expr.selector.offsetMs) }]
    case 'call':
      return expr.args.flatMap(selectorsOf)
    case 'aggregation':
      return [...(expr.parameter === undefined ? [] : selectorsOf(expr.parameter)), ...selectorsOf(expr.operand)]
    case 'binary':
      return [...selectorsOf(expr.left), ...selectorsOf(expr.right)]
    case 'unary':
    case 'paren':
    case 'subquery':
      return selectorsOf(expr.operand)
    case 'number':
    case 'string':
      return []
  }
}
