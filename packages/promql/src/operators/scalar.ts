import { isComparison, isSetOperator, type Binary } from '../ast.ts'
import { EvaluationError } from '../errors.ts'
import { Frame } from '../frame.ts'
import type { ScalarPlan, VectorPlan } from '../plan.ts'
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
  return { type: 'scalar', evaluate: context => operation(left.evaluate(context), right.evaluate(context)) }
}

/** A vector with a scalar on one side: each sample is computed or filtered; a filter keeps the sample's own value and name. */
export function mixedOperation(
  expr: Binary,
  vector: VectorPlan,
  scalar: ScalarPlan,
  scalarIsLeft: boolean,
): VectorPlan {
  const operation = compute(expr)
  const filters = isComparison(expr.operator) && !expr.bool
  const frame = new Frame()
  return {
    type: 'instant vector',
    evaluate(context) {
      const number = scalar.evaluate(context)
      const input = vector.evaluate(context)
      frame.clear()
      for (let i = 0; i < input.length; i++) {
        const labels = input.labels[i]
        const value = input.values[i] ?? NaN
        if (labels === undefined) continue
        const result = scalarIsLeft ? operation(number, value) : operation(value, number)
        if (!filters) frame.push(labels.losingName, result)
        else if (result === 1) frame.push(labels, value)
      }
      return frame
    },
  }
}

/** Unary minus; unary plus changes nothing and has no plan. */
export function negation(vector: VectorPlan): VectorPlan {
  const frame = new Frame()
  return {
    type: 'instant vector',
    evaluate(context) {
      const input = vector.evaluate(context)
      frame.clear()
      for (let i = 0; i < input.length; i++) {
        const labels = input.labels[i]
        if (labels !== undefined) frame.push(labels.losingName, -(input.values[i] ?? NaN))
      }
      return frame
    },
  }
}
