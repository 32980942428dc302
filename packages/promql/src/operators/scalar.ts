import { isComparison, isSetOperator, type Binary, type ComparisonOperator } from '../words/ast.ts'
import { EvaluationError } from '../words/errors.ts'
import type { Frame } from '../plans/frame.ts'
import { LosingNames } from '../plans/losing-names.ts'
import type { EvaluationContext, ScalarPlan, VectorPlan } from '../plans/plan.ts'
import type { Steps } from '../words/steps.ts'
import { ARITHMETIC, COMPARISON } from './arithmetic.ts'

function compute(expr: Binary): (left: number, right: number) => number {
  const { operator } = expr
  if (isSetOperator(operator)) throw new EvaluationError(`set operator ${operator} needs two vectors`)
  if (!isComparison(operator)) return ARITHMETIC[operator]
  const compare = COMPARISON[operator]
  return (left, right) => (compare(left, right) ? 1 : 0)
}

export function scalarOperation(expr: Binary, left: ScalarPlan, right: ScalarPlan): ScalarPlan {
  const operation = compute(expr)
  return {
    type: 'scalar',
    *evaluate(context) {
      return operation(yield* left.evaluate(context), yield* right.evaluate(context))
    },
  }
}

/** A vector with a scalar on one side: each sample is computed or filtered; a filter keeps the sample's own value and name. */
export function mixedOperation(
  expr: Binary,
  vector: VectorPlan,
  scalar: ScalarPlan,
  scalarIsLeft: boolean,
): VectorPlan {
  const { operator, bool } = expr
  if (isComparison(operator) && !bool) return new FilterPlan(operator, vector, scalar, scalarIsLeft)
  const operation = compute(expr)
  const calculate = (value: number, number: number): number =>
    scalarIsLeft ? operation(number, value) : operation(value, number)
  const names = new LosingNames()
  return {
    type: 'instant vector',
    *evaluate(context) {
      const number = yield* scalar.evaluate(context)
      const input = yield* vector.evaluate(context)
      const labels = yield* names.of(input)
      const frame = context.frames.take().follow(labels, true)
      for (let i = 0; i < input.length; i++) frame.put(i, calculate(input.values[i] ?? NaN, number))
      return frame
    },
  }
}

/** The samples of a vector that compare so with a scalar. */
class FilterPlan implements VectorPlan {
  readonly type = 'instant vector'
  readonly #compare: (left: number, right: number) => boolean
  readonly #vector: VectorPlan
  readonly #scalar: ScalarPlan
  readonly #scalarIsLeft: boolean

  constructor(operator: ComparisonOperator, vector: VectorPlan, scalar: ScalarPlan, scalarIsLeft: boolean) {
    this.#compare = COMPARISON[operator]
    this.#vector = vector
    this.#scalar = scalar
    this.#scalarIsLeft = scalarIsLeft
  }

  *evaluate(context: EvaluationContext): Steps<Frame> {
    const number = yield* this.#scalar.evaluate(context)
    const { labels, values, length, stable } = yield* this.#vector.evaluate(context)
    const compare = this.#compare
    const scalarIsLeft = this.#scalarIsLeft
    const frame = context.frames.take().follow(labels, stable)
    for (let i = 0; i < length; i++) {
      const value = values[i] ?? NaN
      if (scalarIsLeft ? compare(number, value) : compare(value, number)) frame.put(i, value)
    }
    return frame
  }
}

/** Unary minus; unary plus changes nothing and has no plan. */
export function negation(vector: VectorPlan): VectorPlan {
  const names = new LosingNames()
  return {
    type: 'instant vector',
    *evaluate(context) {
      const input = yield* vector.evaluate(context)
      const labels = yield* names.of(input)
      const frame = context.frames.take().follow(labels, true)
      for (let i = 0; i < input.length; i++) frame.put(i, -(input.values[i] ?? NaN))
      return frame
    },
  }
}
