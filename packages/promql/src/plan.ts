import type { AnnotationList } from './annotation.ts'
import type { Frame } from './frame.ts'
import type { Labels } from './labels.ts'
import type { SampleBudget } from './sample-budget.ts'

/** When an expression is evaluated, and where annotations go. */
export interface EvaluationInstant {
  /** The instant asked for, milliseconds since the epoch. */
  readonly timeMs: number
  /** What `@ start()` and `@ end()` mean; both are the instant for an instant query. */
  readonly startMs: number
  readonly endMs: number
  /** The step of a range query; 0 for an instant query. */
  readonly stepMs?: number | undefined
  readonly annotations: AnnotationList
}

/** What one evaluation knows. */
export interface EvaluationContext extends EvaluationInstant {
  /** What the evaluation may still touch. */
  readonly samples: SampleBudget
}

/** The samples of one series inside a range, stale markers left out. Valid only during the visit. */
export interface RangeWindow {
  readonly length: number
  /** The memory they lie in, `[time, value, time, value, ...]`, for who reads them all. */
  readonly samples: Float64Array
  /** Where the first sample's time is in {@link samples}. */
  readonly from: number
  /** Where the last sample's value ends. */
  readonly to: number
  timeAt(index: number): number
  valueAt(index: number): number
  /** False when no value is known to be smaller than the one before it. */
  readonly mayDrop: boolean
  /** The range is left-open: `(startMs, endMs]`. */
  readonly startMs: number
  readonly endMs: number
}

export interface ScalarPlan {
  readonly type: 'scalar'
  evaluate(context: EvaluationContext): number
}

export interface VectorPlan {
  readonly type: 'instant vector'
  evaluate(context: EvaluationContext): Frame
}

export interface RangePlan {
  readonly type: 'range vector'
  readonly rangeMs: number
  each(context: EvaluationContext, visit: (labels: Labels, window: RangeWindow) => void): void
}

export interface StringPlan {
  readonly type: 'string'
  readonly value: string
}

/** An expression bound to a store, ready to be evaluated again and again. */
export type Plan = ScalarPlan | VectorPlan | RangePlan | StringPlan

export function constant(value: number): ScalarPlan {
  return { type: 'scalar', evaluate: () => value }
}
