import { operandsOf, type Expression } from '@homeostat/promql'

type Expr = Expression['ast']
type Binary = Extract<Expr, { kind: 'binary' }>

/** A number that a rule compares with another one that does not change. */
export interface Comparison {
  /** PromQL of the number. */
  readonly expr: string
  readonly operator: Binary['operator']
  readonly threshold: number
  /** Whether the rule asks for more than this. */
  readonly isPart: boolean
}

const MIRRORED: Readonly<Partial<Record<Binary['operator'], Binary['operator']>>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
}

const COMPARES = /^[<>]=?$|^[=!]=$/

/**
 * The first comparison with a number in a rule's expression, e.g. `0.7` in `hit_ratio < 0.7 and lookups > 100`: what a chart of the rule
 * shows, and its threshold. Undefined for a rule without one.
 */
export function comparisonOf({ ast, source }: Expression): Comparison | undefined {
  const first = firstIn(ast, source)
  return first && { ...first, isPart: !isComparisonAlone(ast) }
}

/** One comparison of two values, which compare nothing themselves. */
function isComparisonAlone(ast: Expr): boolean {
  if (ast.kind === 'paren') return isComparisonAlone(ast.operand)
  return ast.kind === 'binary' && COMPARES.test(ast.operator) && firstIn(ast.left, '') === undefined
}

function firstIn(ast: Expr, source: string): Omit<Comparison, 'isPart'> | undefined {
  if (ast.kind === 'paren') return firstIn(ast.operand, source)
  if (ast.kind !== 'binary') return undefined
  const { operator, left, right } = ast
  if (operator === 'and' || operator === 'or' || operator === 'unless') return firstIn(left, source)
  if (!COMPARES.test(operator)) return undefined
  // `x > 1 < 5` compares what is left of the first comparison.
  const inner = firstIn(left, source)
  if (inner !== undefined) return inner
  const [onRight, onLeft] = [numberOf(right), numberOf(left)]
  if (onRight !== undefined && !isConstant(left))
    return { expr: source.slice(left.from, left.to), operator, threshold: onRight }
  if (onLeft !== undefined && !isConstant(right))
    return { expr: source.slice(right.from, right.to), operator: MIRRORED[operator] ?? operator, threshold: onLeft }
  return undefined
}

/** The value of a number, also with a sign, in parentheses, or as a product such as `5 * 60`. */
function numberOf(ast: Expr): number | undefined {
  if (ast.kind === 'number') return ast.value
  if (ast.kind === 'paren') return numberOf(ast.operand)
  if (ast.kind === 'unary') {
    const value = numberOf(ast.operand)
    return value === undefined || ast.operator === '+' ? value : -value
  }
  if (ast.kind !== 'binary') return undefined
  const [left, right] = [numberOf(ast.left), numberOf(ast.right)]
  if (left === undefined || right === undefined) return undefined
  if (ast.operator === '*') return left * right
  return ast.operator === '/' ? left / right : undefined
}

function isConstant(ast: Expr): boolean {
  return ast.kind !== 'selector' && operandsOf(ast).every(isConstant)
}
