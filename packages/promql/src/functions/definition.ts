import type { Call, Expr, ValueType } from '../ast.ts'
import { placeOf } from '../annotation.ts'
import { Frame } from '../frame.ts'
import type { Labels } from '../labels.ts'
import type { EvaluationContext, Plan, RangePlan, RangeWindow, ScalarPlan, VectorPlan } from '../plan.ts'

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

/** Computes one value from the samples in a range, or nothing. */
export type RangeFunction = (window: RangeWindow, rangeMs: number, context: EvaluationContext) => number | undefined

interface RangeOptions {
  /** Arguments before or after the range are scalars. Default: the range alone. */
  readonly args?: readonly ValueType[]
  readonly keepName?: true
  readonly experimental?: true
}

/** A function of one range vector: one result per series, the metric name dropped unless told otherwise. */
export function overRange(
  name: string,
  compute: (call: CallSite) => RangeFunction,
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
      const range = call.range(rangeAt)
      const value = compute(call)
      const frame = new Frame()
      const sources: Labels[] = []
      let current: EvaluationContext
      const visit = (labels: Labels, window: RangeWindow): void => {
        const result = value(window, range.rangeMs, current)
        if (result === undefined) return
        const at = frame.length
        // Mostly the same series comes at the same place as last time; its labels then need not be looked at.
        if (sources[at] !== labels) {
          sources[at] = labels
          frame.labels[at] = options.keepName ? labels : labels.losingName
        }
        frame.values[at] = result
        frame.length = at + 1
      }
      return {
        type: 'instant vector',
        evaluate(context) {
          current = context
          frame.clear()
          range.each(context, visit)
          return frame
        },
      }
    },
  }
}

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
      const frame = new Frame()
      return {
        type: 'instant vector',
        evaluate(context) {
          const a = first?.evaluate(context) ?? optional.fallback
          const b = second?.evaluate(context) ?? optional.fallback
          const vector = input.evaluate(context)
          frame.clear()
          for (let i = 0; i < vector.length; i++) {
            const labels = vector.labels[i]
            if (labels !== undefined) frame.push(labels.losingName, compute(vector.values[i] ?? NaN, a, b))
          }
          return frame
        },
      }
    },
  }
}

/** ` (line:column)` of an argument, for annotations. */
export function placeOfArgument(call: CallSite, index: number): string {
  const argument: Expr | undefined = call.expr.args[index]
  return placeOf(call.source, argument ?? call.expr)
}
