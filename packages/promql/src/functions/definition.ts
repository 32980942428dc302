import type { Call, Expr, ValueType } from '../words/ast.ts'
import { placeOf } from '../words/annotation.ts'
import { Frame } from '../plans/frame.ts'
import { EMPTY_LABELS, type Labels } from '../words/labels.ts'
import { LosingNames } from '../plans/losing-names.ts'
import type { EvaluationContext, Plan, RangePlan, RangeVisitor, ScalarPlan, VectorPlan } from '../plans/plan.ts'
import type { RangeWindow } from '../plans/range-window.ts'
import type { Steps } from '../words/steps.ts'

/** One call in an expression, as its function sees it while the plan is made. */
export interface CallSite {
  readonly expr: Call
  readonly source: string
  readonly arity: number
  scalar(index: number): ScalarPlan
  vector(index: number): VectorPlan
  range(index: number): RangePlan
  string(index: number): string
}

/** A PromQL function: its signature, and how a call of it becomes a plan. */
export interface FunctionDefinition {
  readonly name: string
  readonly args: readonly ValueType[]
  /** How many of the last arguments may be left out. */
  readonly optional?: number
  /** The last argument may be repeated. */
  readonly variadic?: true
  /** Behind a feature flag in Prometheus; allowed by `compile(source, { experimental: true })` only. */
  readonly experimental?: true
  readonly returns: ValueType
  plan(call: CallSite): Plan
}

/** Computes one value from the samples of one series in a range, or nothing. */
export type RangeFunction = (
  window: RangeWindow,
  rangeMs: number,
  context: EvaluationContext,
  labels: Labels,
) => number | undefined

interface RangeOptions {
  /** Arguments before or after the range are scalars. @default the range alone */
  readonly args?: readonly ValueType[]
  readonly keepName?: true
  readonly experimental?: true
}

/** A function of one range vector: one result per series, the metric name dropped by default. */
export function overRange(
  name: string,
  compute: (call: RangeCallSite) => RangeFunction,
  options: RangeOptions = {},
): FunctionDefinition {
  const args = options.args ?? ['range vector']
  const rangeAt = args.indexOf('range vector')
  return {
    name,
    args,
    returns: 'instant vector',
    ...(options.experimental === undefined ? {} : { experimental: options.experimental }),
    plan(call) {
      const parameters: Parameter[] = []
      const scalar = (index: number): Parameter => {
        const parameter = new Parameter(call.scalar(index))
        parameters.push(parameter)
        return parameter
      }
      const run = compute({ ...call, scalar })
      return new RangeFunctionPlan(call.range(rangeAt), run, parameters, options.keepName === true)
    },
  }
}

/** A call of a function of a range, whose scalars are evaluated before the function is asked for a value. */
export interface RangeCallSite extends Omit<CallSite, 'scalar'> {
  scalar(index: number): { readonly value: number }
}

/** A scalar argument: the same for all series of an evaluation, so it is evaluated once and not for each of them. */
class Parameter {
  readonly #plan: ScalarPlan
  #value = NaN

  constructor(plan: ScalarPlan) {
    this.#plan = plan
  }

  *begin(context: EvaluationContext): Steps<void> {
    this.#value = yield* this.#plan.evaluate(context)
  }

  get value(): number {
    return this.#value
  }
}

/** One value of every series in a range. */
class RangeFunctionPlan implements VectorPlan, RangeVisitor {
  readonly type = 'instant vector'
  readonly #range: RangePlan
  readonly #compute: RangeFunction
  readonly #parameters: readonly Parameter[] | undefined
  readonly #names: LosingNames | undefined
  // What the evaluation under way works on.
  #context: EvaluationContext | undefined
  #frame: Frame = NOTHING
  #series: readonly Labels[] = NOTHING.labels

  constructor(range: RangePlan, compute: RangeFunction, parameters: readonly Parameter[], keepName: boolean) {
    this.#range = range
    this.#compute = compute
    this.#parameters = parameters.length === 0 ? undefined : parameters
    this.#names = keepName ? undefined : new LosingNames()
  }

  *evaluate(context: EvaluationContext): Steps<Frame> {
    this.#context = context
    if (this.#parameters !== undefined) for (const parameter of this.#parameters) yield* parameter.begin(context)
    yield* this.#range.each(context, this)
    return this.#frame
  }

  begin(series: readonly Labels[]): void {
    this.#series = series
    const labels = this.#names?.ofList(series) ?? series
    this.#frame = (this.#context as EvaluationContext).frames.take().follow(labels, true)
  }

  visit(place: number, window: RangeWindow): void {
    const labels = this.#series[place] ?? EMPTY_LABELS
    const result = this.#compute(window, this.#range.rangeMs, this.#context as EvaluationContext, labels)
    if (result !== undefined) this.#frame.put(place, result)
  }
}

const NOTHING = new Frame()

/** A function of each sample's value and some scalars; the metric name is dropped. */
export function perSample(
  name: string,
  compute: (value: number, a: number, b: number) => number,
  scalars: readonly 'scalar'[] = [],
  optional: { readonly count: number; readonly fallback: number } = { count: 0, fallback: 0 },
): FunctionDefinition {
  return {
    name,
    args: ['instant vector', ...scalars],
    optional: optional.count,
    returns: 'instant vector',
    plan(call) {
      const input = call.vector(0)
      const first = call.arity > 1 ? call.scalar(1) : undefined
      const second = call.arity > 2 ? call.scalar(2) : undefined
      const names = new LosingNames()
      return {
        type: 'instant vector',
        *evaluate(context) {
          const a = first ? yield* first.evaluate(context) : optional.fallback
          const b = second ? yield* second.evaluate(context) : optional.fallback
          const vector = yield* input.evaluate(context)
          const labels = yield* names.of(vector)
          const frame = context.frames.take().follow(labels, true)
          for (let i = 0; i < vector.length; i++) frame.put(i, compute(vector.values[i] ?? NaN, a, b))
          return frame
        },
      }
    },
  }
}

/** ` (line:column)` of an argument, for annotations. */
export function placeOfArgument(call: Pick<CallSite, 'expr' | 'source'>, index: number): string {
  const argument: Expr | undefined = call.expr.args[index]
  return placeOf(call.source, argument ?? call.expr)
}
