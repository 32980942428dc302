import { compile } from '@homeostat/promql'
import type { Expression } from '@homeostat/promql'

type Ast = Expression['ast']

/** A comparison with a number, the quantity on the left. */
export interface Threshold {
  /** Source text without spaces. */
  readonly quantity: string
  readonly operator: '>' | '>=' | '<' | '<='
  readonly limit: number
  /** Source text of what the quantity is divided by, if it is a ratio. */
  readonly denominator: string | undefined
}

const FLIPPED = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' } as const

/**
 * The thresholds of a condition: alternatives (`or`), each of comparisons that hold together (`and`). What is no comparison
 * with a number is left out.
 */
export function thresholdsOf(expr: string): readonly (readonly Threshold[])[] {
  const { ast } = compile(expr)
  return alternatives(ast).map(alternative => conjuncts(alternative).flatMap(each => thresholdOf(each, expr)))
}

/** Whether one value can satisfy both. */
export function overlap(a: Threshold, b: Threshold): boolean {
  const [above, below] = isAbove(a) ? [a, b] : [b, a]
  if (isAbove(a) === isAbove(b)) return true
  if (above.limit !== below.limit) return above.limit < below.limit
  return above.operator === '>=' && below.operator === '<='
}

function isAbove({ operator }: Threshold): boolean {
  return operator === '>' || operator === '>='
}

function alternatives(ast: Ast): Ast[] {
  const expr = unwrap(ast)
  if (expr.kind !== 'binary' || expr.operator !== 'or') return [expr]
  return [...alternatives(expr.left), ...alternatives(expr.right)]
}

function conjuncts(ast: Ast): Ast[] {
  const expr = unwrap(ast)
  if (expr.kind !== 'binary' || expr.operator !== 'and') return [expr]
  return [...conjuncts(expr.left), ...conjuncts(expr.right)]
}

function thresholdOf(expr: Ast, source: string): Threshold[] {
  if (expr.kind !== 'binary' || !isInequality(expr.operator)) return []
  const [left, right] = [unwrap(expr.left), unwrap(expr.right)]
  if (right.kind === 'number') return [threshold(left, expr.operator, right.value, source)]
  return left.kind === 'number' ? [threshold(right, FLIPPED[expr.operator], left.value, source)] : []
}

function threshold(quantity: Ast, operator: Threshold['operator'], limit: number, source: string): Threshold {
  const isRatio = quantity.kind === 'binary' && quantity.operator === '/'
  return {
    quantity: textOf(quantity, source),
    operator,
    limit,
    denominator: isRatio ? textOf(unwrap(quantity.right), source) : undefined,
  }
}

function isInequality(operator: string): operator is Threshold['operator'] {
  return operator in FLIPPED
}

function textOf({ from, to }: Ast, source: string): string {
  return source.slice(from, to).replace(/\s+/g, '')
}

function unwrap(expr: Ast): Ast {
  return expr.kind === 'paren' ? unwrap(expr.operand) : expr
}
