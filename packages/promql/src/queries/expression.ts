import { AnnotationList } from '../words/annotation.ts'
import type { Expr, ValueType } from '../words/ast.ts'
import { Binding } from '../plans/binding.ts'
import { checkTypes, type CheckOptions } from './check.ts'
import { EvaluationError, EvaluationTimeout } from '../words/errors.ts'
import { planExpression } from './evaluator.ts'
import { Frame, Settlement } from '../plans/frame.ts'
import { EMPTY_LABELS, type Labels } from '../words/labels.ts'
import { LendingPool } from '../plans/lending-pool.ts'
import { parse } from './parser.ts'
import type { EvaluationContext, EvaluationInstant, Plan, RangePlan } from '../plans/plan.ts'
import { SampleBudget } from '../plans/sample-budget.ts'
import { SampleWindow } from '../plans/sample-window.ts'
import { selectorsOf, type SelectorUse } from './selector-use.ts'
import { atOnce, type Steps } from '../words/steps.ts'
import type { Store } from '../store/store.ts'
import type { Sample, SeriesSamples, Value } from './value.ts'
import { ColumnsOfFrames, NO_COLUMNS, scalarColumns, type VectorColumns } from './vector-columns.ts'

export type { SelectorUse } from './selector-use.ts'

/** Start, end and step of a range query, for `@ start()`, `@ end()`, `step()` and `range()`. */
export interface QueryBounds {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs?: number | undefined
}

/** Options of {@link compile}. */
export interface CompileOptions extends CheckOptions {
  /** Allow the functions that Prometheus has behind `--enable-feature=promql-experimental-functions`. @default false */
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
  #bound: WeakMap<Store, BoundExpression> | undefined

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
    if (earlierMs > 0) return this.bindApart(store, earlierMs)
    const all = (this.#bound ??= new WeakMap())
    let bound = all.get(store)
    if (bound === undefined) {
      const made: BoundExpression = new BoundExpression(this, store, 0, () => {
        // Disposed of twice, it must not take another's place.
        if (all.get(store) === made) all.delete(store)
      })
      all.set(store, made)
      bound = made
    }
    return bound
  }

  /** As {@link bind}, but not shared: disposing of it leaves the bindings of others alone. */
  bindApart(store: Store, earlierMs = 0): BoundExpression {
    return new BoundExpression(this, store, earlierMs)
  }

  /** Evaluates at an instant, milliseconds since the epoch. */
  evaluate(store: Store, atMs: number): Value {
    return this.bind(store).evaluate(atMs)
  }
}

/** Contexts of evaluations that are over: a steady state allocates nothing, and what it writes to is in the cache. */
const IDLE: Writable<EvaluationContext>[] = []

function newContext(): Writable<EvaluationContext> {
  return {
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
}

/** What one evaluation works with; another one may come while it rests. */
interface Work {
  readonly plan: Plan
  readonly settlement: Settlement
}

/** An expression over one store. */
export class BoundExpression implements Disposable {
  readonly #expression: Expression
  readonly #binding: Binding
  readonly #earlierMs: number
  readonly #onDispose: (() => void) | undefined
  /** The work of evaluations that are over. */
  readonly #idle: Work[]
  readonly #store: Store
  #columnsOf: ColumnsOfFrames | undefined

  constructor(expression: Expression, store: Store, earlierMs: number, onDispose?: () => void) {
    this.#expression = expression
    this.#earlierMs = earlierMs
    this.#onDispose = onDispose
    this.#binding = new Binding(store, expression.source)
    try {
      this.#idle = [this.#newWork()]
    } catch (error) {
      this.#binding[Symbol.dispose]()
      throw error
    }
    this.#store = store
  }

  evaluate(atMs: number, bounds?: QueryBounds): Value {
    return atOnce(this.evaluateInSteps(atMs, bounds))
  }

  /** The same in steps of at most a few hundred microseconds, between which the caller may rest. */
  *evaluateInSteps(atMs: number, bounds?: QueryBounds): Steps<Value> {
    const annotations = new AnnotationList()
    const { startMs = atMs, endMs = atMs, stepMs = 0 } = bounds ?? {}
    const instant = { timeMs: atMs, startMs, endMs, stepMs, annotations }
    return yield* this.#inTime(instant, ({ plan, settlement }, context) =>
      valueOf(plan, settlement, context, annotations),
    )
  }

  /** The instant vector as it is while evaluating; valid until this is evaluated again. `undefined` for other types. */
  *frame(instant: EvaluationInstant): Steps<Frame | undefined> {
    if (this.#expression.type !== 'instant vector') return undefined
    return yield* this.#inTime(instant, function* ({ plan, settlement }, context) {
      if (plan.type !== 'instant vector') return undefined
      return yield* settlement.settle(yield* plan.evaluate(context))
    })
  }

  /**
   * An instant vector in columns, for whoever asks for many series at every tick; a scalar is a vector of one without labels,
   * and other types are empty.
   */
  *columnsInSteps(atMs: number): Steps<VectorColumns> {
    const instant = { timeMs: atMs, startMs: atMs, endMs: atMs, annotations: new AnnotationList() }
    return yield* this.#inTime(instant, (work, context) => this.#columns(work, context))
  }

  *#columns({ plan, settlement }: Work, context: EvaluationContext): Steps<VectorColumns> {
    if (plan.type === 'scalar') return scalarColumns(yield* plan.evaluate(context))
    if (plan.type !== 'instant vector') return NO_COLUMNS
    return (this.#columnsOf ??= new ColumnsOfFrames()).copy(yield* settlement.settle(yield* plan.evaluate(context)))
  }

  /** Gives back what only this expression needed of the store; its selectors find nothing any more unless others ask for the same. */
  dispose(): void {
    this.#onDispose?.()
    this.#binding[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Evaluates, and gives up when the work takes longer than it may; rests do not count. */
  *#inTime<T>(instant: EvaluationInstant, evaluate: (work: Work, context: EvaluationContext) => Steps<T>): Steps<T> {
    const work = this.#idle.pop() ?? this.#newWork()
    const context = this.#start(instant)
    const { evaluationTimeoutMs } = this.#store
    try {
      if (evaluationTimeoutMs === Infinity) return yield* evaluate(work, context)
      const steps = evaluate(work, context)
      let workedMs = 0
      for (;;) {
        const began = performance.now()
        const { done, value } = steps.next()
        if (done) return value
        workedMs += performance.now() - began
        if (workedMs > evaluationTimeoutMs) {
          steps.return(undefined as T)
          throw new EvaluationTimeout(evaluationTimeoutMs)
        }
        yield
      }
    } finally {
      IDLE.push(context)
      this.#idle.push(work)
    }
  }

  #newWork(): Work {
    const plan = planExpression(this.#expression.ast, this.#binding, this.#earlierMs)
    return { plan, settlement: new Settlement() }
  }

  #start(instant: EvaluationInstant): EvaluationContext {
    const context = IDLE.pop() ?? newContext()
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

function* valueOf(
  plan: Plan,
  settlement: Settlement,
  context: EvaluationContext,
  annotations: AnnotationList,
): Steps<Value> {
  const { timeMs } = context
  switch (plan.type) {
    case 'scalar': {
      const value = yield* plan.evaluate(context)
      return { type: 'scalar', value, timestampMs: timeMs, annotations: annotations.all }
    }
    case 'string':
      return { type: 'string', value: plan.value, annotations: annotations.all }
    case 'instant vector': {
      const frame = yield* settlement.settle(yield* plan.evaluate(context))
      return { type: 'vector', samples: samplesOf(frame, timeMs), annotations: annotations.all }
    }
    case 'range vector':
      return { type: 'matrix', series: yield* seriesOf(plan, context), annotations: annotations.all }
  }
}

function* seriesOf(plan: RangePlan, context: EvaluationContext): Steps<SeriesSamples[]> {
  const series: SeriesSamples[] = []
  const seen = new Set<string>()
  let labels: readonly Labels[] = []
  yield* plan.each(context, {
    begin: list => {
      labels = list
      series.length = 0
      seen.clear()
    },
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
 * ```ts
 * const slow = compile('histogram_quantile(0.99, sum by (le) (rate({"db.client.operation.duration_bucket"}[1m])))')
 * const value = slow.evaluate(store, Date.now())
 * ```
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
