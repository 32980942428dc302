import { AnnotationList } from './annotation.ts'
import { operandsOf, type Expr, type LabelMatch, type ValueType } from './ast.ts'
import { Binding } from './binding.ts'
import { checkTypes, type CheckOptions } from './check.ts'
import { EvaluationError } from './errors.ts'
import { planExpression } from './evaluator.ts'
import { Frame, Settlement } from './frame.ts'
import { EMPTY_LABELS, type Labels } from './labels.ts'
import { LendingPool } from './lending-pool.ts'
import { parse } from './parser.ts'
import type { EvaluationContext, EvaluationInstant, Plan, RangePlan } from './plan.ts'
import { SampleBudget } from './sample-budget.ts'
import { SampleWindow } from './sample-window.ts'
import type { Store } from './store.ts'
import type { Sample, SeriesSamples, Value } from './value.ts'

/** What one selector of an expression reads. */
export interface SelectorUse {
  readonly matches: readonly LabelMatch[]
  /** How far back it looks: its range (0 for an instant) plus its offset. */
  readonly windowMs: number
}

/** Start, end and step of a range query, for `@ start()`, `@ end()`, `step()` and `range()`. */
export interface QueryBounds {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs?: number | undefined
}

/** Options of {@link compile}. */
export interface CompileOptions extends CheckOptions {
  /** Allow the functions that Prometheus has behind `--enable-feature=promql-experimental-functions`. Default false. */
  readonly experimental?: boolean | undefined
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

  constructor(source: string, options: CompileOptions = {}) {
    this.source = source
    this.ast = parse(source, options)
    this.type = checkTypes(source, options, this.ast)
    this.selectors = selectorsOf(this.ast, 0)
    this.maxRangeMs = this.selectors.reduce((longest, selector) => Math.max(longest, selector.windowMs), 0)
  }

  /**
   * Tells the store what this expression reads and makes the plan. Bind before samples arrive: others are not stored.
   *
   * @param earlierMs how long before now it will be evaluated; the store reaches back so much further. Default 0.
   */
  bind(store: Store, earlierMs = 0): BoundExpression {
    if (earlierMs > 0) return new BoundExpression(this, store, earlierMs)
    let bound = this.#bound.get(store)
    if (bound === undefined) {
      const made: BoundExpression = new BoundExpression(this, store, 0, () => {
        // Disposed of twice, it must not take another's place.
        if (this.#bound.get(store) === made) this.#bound.delete(store)
      })
      this.#bound.set(store, made)
      bound = made
    }
    return bound
  }

  /** Evaluates at an instant, milliseconds since the epoch. */
  evaluate(store: Store, atMs: number): Value {
    return this.bind(store).evaluate(atMs)
  }
}

/** For all evaluations, of which there is one at a time: a steady state allocates nothing, and what it writes to is in the cache. */
const CONTEXT: Writable<EvaluationContext> = {
  timeMs: 0,
  wallOffsetMs: 0,
  startMs: 0,
  endMs: 0,
  stepMs: 0,
  annotations: new AnnotationList(),
  samples: new SampleBudget(),
  frames: new LendingPool(() => new Frame()),
  windows: new LendingPool(() => new SampleWindow()),
}

/** An expression over one store. */
export class BoundExpression implements Disposable {
  readonly #binding: Binding
  readonly #plan: Plan
  readonly #onDispose: () => void
  readonly #settlement = new Settlement()
  readonly #store: Store

  constructor(expression: Expression, store: Store, earlierMs: number, onDispose: () => void = () => {}) {
    this.#onDispose = onDispose
    this.#binding = new Binding(store, expression.source)
    try {
      this.#plan = planExpression(expression.ast, this.#binding, earlierMs)
    } catch (error) {
      this.#binding[Symbol.dispose]()
      throw error
    }
    this.#store = store
  }

  evaluate(atMs: number, bounds?: QueryBounds): Value {
    const annotations = new AnnotationList()
    const { startMs = atMs, endMs = atMs, stepMs = 0 } = bounds ?? {}
    const context = this.#start({ timeMs: atMs, startMs, endMs, stepMs, annotations })
    const plan = this.#plan
    switch (plan.type) {
      case 'scalar': {
        const value = plan.evaluate(context)
        return { type: 'scalar', value, timestampMs: atMs, annotations: annotations.all }
      }
      case 'string':
        return { type: 'string', value: plan.value, annotations: annotations.all }
      case 'instant vector': {
        const samples = samplesOf(this.#settlement.settle(plan.evaluate(context)), atMs)
        return { type: 'vector', samples, annotations: annotations.all }
      }
      case 'range vector':
        return { type: 'matrix', series: seriesOf(plan, context), annotations: annotations.all }
    }
  }

  /** The instant vector as it is while evaluating; valid until this is evaluated again. `undefined` for other types. */
  frame(instant: EvaluationInstant): Frame | undefined {
    const plan = this.#plan
    return plan.type === 'instant vector' ? this.#settlement.settle(plan.evaluate(this.#start(instant))) : undefined
  }

  /** Gives back what only this expression needed of the store; its selectors find nothing any more unless others ask for the same. */
  dispose(): void {
    this.#onDispose()
    this.#binding[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #start(instant: EvaluationInstant): EvaluationContext {
    const context = CONTEXT
    context.timeMs = instant.timeMs
    context.wallOffsetMs = this.#store.wallTime(instant.timeMs) - instant.timeMs
    context.startMs = instant.startMs
    context.endMs = instant.endMs
    context.stepMs = instant.stepMs ?? 0
    context.annotations = instant.annotations
    context.samples.reset(this.#store.maxSamples)
    context.frames.windBack(0)
    context.windows.windBack(0)
    return context
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

function seriesOf(plan: RangePlan, context: EvaluationContext): SeriesSamples[] {
  const series: SeriesSamples[] = []
  const seen = new Set<string>()
  let labels: readonly Labels[] = []
  plan.each(context, {
    begin: list => (labels = list),
    visit: (place, window) => {
      const { settled } = labels[place] ?? EMPTY_LABELS
      if (seen.has(settled.key)) throw new EvaluationError('vector cannot contain metrics with the same labelset')
      seen.add(settled.key)
      const samples = Array.from({ length: window.length }, (_, i) => ({
        timestampMs: window.timeAt(i),
        value: window.valueAt(i),
      }))
      series.push({ labels: settled, samples })
    },
  })
  return series
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
export function compile(source: string, options?: CompileOptions): Expression {
  return new Expression(source, options)
}

function samplesOf(frame: Frame, timestampMs: number): Sample[] {
  const samples: Sample[] = []
  for (let i = 0; i < frame.length; i++) {
    const labels = frame.labels[i]
    if (labels !== undefined) samples.push({ labels, value: frame.values[i] ?? NaN, timestampMs })
  }
  return samples
}

function selectorsOf(expr: Expr, outerMs: number): readonly SelectorUse[] {
  if (expr.kind === 'selector') return [{ matches: expr.matches, windowMs: outerMs + Math.max(0, expr.offsetMs) }]
  let reachMs = outerMs
  if (expr.kind === 'range') reachMs += expr.rangeMs
  if (expr.kind === 'subquery') reachMs += expr.rangeMs + Math.max(0, expr.offsetMs)
  return operandsOf(expr).flatMap(operand => selectorsOf(operand, reachMs))
}
