import {
  isComparison,
  isSetOperator,
  type Aggregation,
  type Binary,
  type Call,
  type Expr,
  type ValueType,
} from '../words/ast.ts'
import { SyntaxProblem, UnsupportedFeature } from '../words/errors.ts'
import { FUNCTIONS } from '../functions/table.ts'
import { skipSpace } from '../syntax/token.ts'

/** What a check depends on besides the expression. */
export interface CheckOptions {
  /** Functions behind Prometheus's feature flag are allowed. @default false */
  readonly experimental?: boolean | undefined
}

/** Checks an expression's types as Prometheus does and returns the type of the whole. */
export function checkTypes(source: string, options: CheckOptions, expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'selector':
      return 'instant vector'
    case 'range':
      return 'range vector'
    case 'subquery': {
      const type = checkTypes(source, options, expr.operand)
      if (type === 'instant vector') return 'range vector'
      throw new SyntaxProblem(`subquery is only allowed on instant vector, got ${type} instead`, source, expr)
    }
    case 'paren':
      return checkTypes(source, options, expr.operand)
    case 'unary': {
      const type = checkTypes(source, options, expr.operand)
      if (type !== 'scalar' && type !== 'instant vector') {
        throw new SyntaxProblem(
          `unary expression only allowed on expressions of type scalar or instant vector, got ${JSON.stringify(type)}`,
          source,
          expr,
        )
      }
      return type
    }
    case 'call':
      return checkCall(source, options, expr)
    case 'aggregation':
      return checkAggregation(source, options, expr)
    case 'binary':
      return checkBinary(source, options, expr)
  }
}

function expectType(source: string, options: CheckOptions, expr: Expr, wanted: ValueType, where: string): void {
  const type = checkTypes(source, options, expr)
  if (type !== wanted) throw new SyntaxProblem(`expected type ${wanted} in ${where}, got ${type}`, source, expr)
}

function plural(count: number): string {
  return `${count} argument(s)`
}

function checkCall(source: string, options: CheckOptions, call: Call): ValueType {
  const definition = FUNCTIONS.get(call.name)
  if (definition === undefined) throw new UnsupportedFeature(`function ${call.name}()`, source, call)
  if (definition.experimental === true && options.experimental !== true)
    throw new UnsupportedFeature(`function "${call.name}" is not enabled (experimental in Prometheus)`, source, call)
  const { args, optional = 0, variadic, returns } = definition
  const least = args.length - optional
  const count = call.args.length
  if (variadic !== true && optional === 0 && count !== args.length) {
    throw new SyntaxProblem(`expected ${plural(args.length)} in call to "${call.name}", got ${count}`, source, call)
  }
  if (count < least)
    throw new SyntaxProblem(`expected at least ${plural(least)} in call to "${call.name}", got ${count}`, source, call)
  if (variadic !== true && count > args.length) {
    throw new SyntaxProblem(
      `expected at most ${plural(args.length)} in call to "${call.name}", got ${count}`,
      source,
      call,
    )
  }
  call.args.forEach((argument, i) => {
    const wanted = args[Math.min(i, args.length - 1)]
    if (wanted !== undefined) expectType(source, options, argument, wanted, `call to function "${call.name}"`)
  })
  return returns
}

function checkAggregation(source: string, options: CheckOptions, expr: Aggregation): ValueType {
  expectType(source, options, expr.operand, 'instant vector', 'aggregation expression')
  if (expr.parameter !== undefined) {
    expectType(
      source,
      options,
      expr.parameter,
      expr.operator === 'count_values' ? 'string' : 'scalar',
      'aggregation parameter',
    )
  }
  return 'instant vector'
}

function checkBinary(source: string, options: CheckOptions, expr: Binary): ValueType {
  const { operator, matching } = expr
  const left = checkTypes(source, options, expr.left)
  const right = checkTypes(source, options, expr.right)
  for (const [side, type] of [
    [expr.left, left],
    [expr.right, right],
  ] as const) {
    if (type !== 'scalar' && type !== 'instant vector') {
      throw new SyntaxProblem('binary expression must contain only scalar and instant vector types', source, side)
    }
  }
  const scalars = left === 'scalar' && right === 'scalar'
  const vectors = left === 'instant vector' && right === 'instant vector'
  const sign = { from: skipSpace(source, expr.left.to), to: expr.right.from }
  if (expr.bool && !isComparison(operator))
    throw new SyntaxProblem('bool modifier can only be used on comparison operators', source, sign)
  if (scalars && isComparison(operator) && !expr.bool)
    throw new SyntaxProblem('comparisons between scalars must use BOOL modifier', source, sign)
  if (isSetOperator(operator)) {
    if (!vectors)
      throw new SyntaxProblem(`set operator "${operator}" not allowed in binary scalar expression`, source, expr)
    if (matching.cardinality !== 'many-to-many')
      throw new SyntaxProblem(`no grouping allowed for "${operator}" operation`, source, expr)
  }
  if (!vectors && matching.labels.length > 0)
    throw new SyntaxProblem('vector matching only allowed between instant vectors', source, expr)
  const doubled = matching.on ? matching.include.find(label => matching.labels.includes(label)) : undefined
  if (doubled !== undefined)
    throw new SyntaxProblem(`label "${doubled}" must not occur in ON and GROUP clause at once`, source, expr)
  return scalars ? 'scalar' : 'instant vector'
}
