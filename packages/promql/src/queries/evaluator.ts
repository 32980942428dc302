import { aggregationPlan } from '../aggregations/plan.ts'
import { isSetOperator, unwrapParens, type Binary, type Call, type Expr } from '../words/ast.ts'
import type { Binding } from '../plans/binding.ts'
import { EvaluationError, UnsupportedFeature } from '../words/errors.ts'
import type { CallSite } from '../functions/definition.ts'
import { FUNCTIONS } from '../functions/table.ts'
import { MatchingPlan } from '../operators/matching.ts'
import { mixedOperation, negation, scalarOperation } from '../operators/scalar.ts'
import { setOperation } from '../operators/set.ts'
import { ConstantPlan, type Plan, type RangePlan, type ScalarPlan, type VectorPlan } from '../plans/plan.ts'
import { InstantSelectorPlan, RangeSelectorPlan } from '../plans/selector-plan.ts'
import { subqueryPlan } from '../plans/subquery-plan.ts'

/**
 * Turns a checked expression into a plan over one store; selectors are bound here, once.
 *
 * @param outerMs how far back the subqueries around the expression reach
 */
export function planExpression(expr: Expr, binding: Binding, outerMs = 0): Plan {
  const plan = (inner: Expr): Plan => planExpression(inner, binding, outerMs)
  switch (expr.kind) {
    case 'number':
      return new ConstantPlan(expr.value)
    case 'string':
      return { type: 'string', value: expr.value }
    case 'selector':
      return new InstantSelectorPlan(expr, binding, outerMs)
    case 'range':
      return new RangeSelectorPlan(expr, binding, outerMs)
    case 'paren':
      return plan(expr.operand)
    case 'unary': {
      const operand = plan(expr.operand)
      if (expr.operator === '+') return operand
      if (operand.type === 'scalar')
        return {
          type: 'scalar',
          *evaluate(context) {
            return -(yield* operand.evaluate(context))
          },
        }
      return negation(vectorOf(operand))
    }
    case 'binary':
      return planBinary(expr, plan(expr.left), plan(expr.right))
    case 'aggregation': {
      const parameter = expr.parameter === undefined ? undefined : plan(expr.parameter)
      if (parameter !== undefined && parameter.type !== 'scalar' && parameter.type !== 'string')
        throw mismatch('scalar', parameter)
      return aggregationPlan(expr, binding.source, parameter, vectorOf(plan(expr.operand)))
    }
    case 'call':
      return planCall(expr, binding.source, plan)
    case 'subquery': {
      const reachMs = outerMs + expr.rangeMs + Math.max(0, expr.offsetMs)
      return subqueryPlan(expr, vectorOf(planExpression(expr.operand, binding, reachMs)), binding)
    }
  }
}

function planBinary(expr: Binary, left: Plan, right: Plan): Plan {
  if (isSetOperator(expr.operator)) return setOperation(expr.operator, expr.matching, vectorOf(left), vectorOf(right))
  if (left.type === 'scalar' && right.type === 'scalar') return scalarOperation(expr, left, right)
  if (left.type === 'scalar') return mixedOperation(expr, vectorOf(right), left, true)
  if (right.type === 'scalar') return mixedOperation(expr, vectorOf(left), right, false)
  return new MatchingPlan(expr, vectorOf(left), vectorOf(right))
}

function planCall(expr: Call, source: string, plan: (inner: Expr) => Plan): Plan {
  const definition = FUNCTIONS.get(expr.name)
  if (definition === undefined) throw new UnsupportedFeature(`function ${expr.name}()`, source, expr)
  const argument = (index: number): Expr => {
    const found = expr.args[index]
    if (found === undefined) throw new EvaluationError(`${expr.name}() has no argument ${index + 1}`)
    return found
  }
  const call: CallSite = {
    expr,
    source,
    arity: expr.args.length,
    scalar: index => scalarOf(plan(argument(index))),
    vector: index => vectorOf(plan(argument(index))),
    range: index => rangeOf(plan(argument(index))),
    string: index => {
      const inner = unwrapParens(argument(index))
      if (inner.kind !== 'string') throw new EvaluationError(`${expr.name}() needs a string as argument ${index + 1}`)
      return inner.value
    },
  }
  return definition.plan(call)
}

function mismatch(wanted: string, plan: Plan): EvaluationError {
  return new EvaluationError(`expected ${wanted}, got ${plan.type}`)
}

function vectorOf(plan: Plan): VectorPlan {
  if (plan.type !== 'instant vector') throw mismatch('instant vector', plan)
  return plan
}

function scalarOf(plan: Plan): ScalarPlan {
  if (plan.type !== 'scalar') throw mismatch('scalar', plan)
  return plan
}

function rangeOf(plan: Plan): RangePlan {
  if (plan.type !== 'range vector') throw mismatch('range vector', plan)
  return plan
}
