import type { AnnotationList } from '../words/annotation.ts'
import type { Frame } from './frame.ts'
import type { Labels } from '../words/labels.ts'
import type { LendingPool } from './lending-pool.ts'
import type { RangeWindow } from './range-window.ts'
import type { SampleBudget } from './sample-budget.ts'
import type { SampleWindow } from './sample-window.ts'
import type { Steps } from '../words/steps.ts'

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
  /** What the wall clock shows beyond the time of the samples. */
  readonly wallOffsetMs: number
  /** What the evaluation may still touch. */
  readonly samples: SampleBudget
  /** For the results of plans; empty them first. */
  readonly frames: LendingPool<Frame>
  readonly windows: LendingPool<SampleWindow>
}

/** A time of the samples as `time()` and dates show it: in seconds, on the clock on the wall. */
export function wallSeconds(context: EvaluationContext, timeMs: number): number {
  return (timeMs + context.wallOffsetMs) / 1000
}

export interface ScalarPlan {
  readonly type: 'scalar'
  evaluate(context: EvaluationContext): Steps<number>
}

export interface VectorPlan {
  readonly type: 'instant vector'
  /** Rests now and then; a vector is valid until the next evaluation of the same expression. */
  evaluate(context: EvaluationContext): Steps<Frame>
}

/** Reads the windows of a range vector. */
export interface RangeVisitor {
  /**
   * The series there may be: a list that never changes, another one when there are other series. Called again, what was visited
   * before does not count: series came or went during a rest.
   */
  begin(labels: readonly Labels[]): void
  /** Called for the series that have samples in the range, in the order of the list. */
  visit(place: number, window: RangeWindow): void
}

export interface RangePlan {
  readonly type: 'range vector'
  readonly rangeMs: number
  each(context: EvaluationContext, visitor: RangeVisitor): Steps<void>
}

export interface StringPlan {
  readonly type: 'string'
  readonly value: string
}

/** An expression bound to a store, ready to be evaluated again and again. */
export type Plan = ScalarPlan | VectorPlan | RangePlan | StringPlan

/** A number that is written in the expression. */
export class ConstantPlan implements ScalarPlan {
  readonly type = 'scalar'
  readonly #value: number

  constructor(value: number) {
    this.#value = value
  }

  // oxlint-disable-next-line require-yield -- there is nothing to do
  *evaluate(): Steps<number> {
    return this.#value
  }
}
