import type { Compiler } from '@homeostat/optimizer/schemas'
import { compile, operandsOf } from '@homeostat/promql'
import type { Expression } from '@homeostat/promql'

type Ast = Expression['ast']

/** A comparison with a number, the quantity on the left. */
export interface Threshold {
  /** Equal for expressions that mean the same, however they are written. */
  readonly quantity: string
  readonly operator: '>' | '>=' | '<' | '<='
  readonly limit: number
  readonly isRatio: boolean
  /** Whether it counts events per time: what the quantity is divided by if it is a ratio, else the quantity itself. */
  readonly countsEvents: boolean
}

const FLIPPED = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' } as const

/**
 * The thresholds of a condition: alternatives (`or`), each of comparisons that hold together (`and`). Anything but a
 * comparison with a number is left out.
 */
export function thresholdsOf(expr: string, compiler: Compiler = { compile }): readonly (readonly Threshold[])[] {
  const { ast } = compiler.compile(expr)
  return alternatives(ast).map(alternative => conjuncts(alternative).flatMap(thresholdOf))
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

function thresholdOf(expr: Ast): Threshold[] {
  if (expr.kind !== 'binary' || !isInequality(expr.operator)) return []
  const [left, right] = [unwrap(expr.left), unwrap(expr.right)]
  if (right.kind === 'number') return [threshold(left, expr.operator, right.value)]
  return left.kind === 'number' ? [threshold(right, FLIPPED[expr.operator], left.value)] : []
}

function threshold(quantity: Ast, operator: Threshold['operator'], limit: number): Threshold {
  const isRatio = quantity.kind === 'binary' && quantity.operator === '/'
  return {
    quantity: meaningOf(quantity),
    operator,
    limit,
    isRatio,
    countsEvents: countsEvents(isRatio ? unwrap(quantity.right) : quantity),
  }
}

const RATES: ReadonlySet<string> = new Set(['rate', 'irate', 'increase'])

function countsEvents(expr: Ast): boolean {
  return (expr.kind === 'call' && RATES.has(expr.name)) || operandsOf(expr).some(countsEvents)
}

function isInequality(operator: string): operator is Threshold['operator'] {
  return operator in FLIPPED
}

/** The syntax tree as a text, without places and parentheses. */
function meaningOf(expr: Ast): string {
  return JSON.stringify(expr, (key, value: Ast | number | string) => {
    if (key === 'from' || key === 'to') return undefined
    if (typeof value === 'number') return String(value)
    return typeof value === 'object' && value !== null && value.kind === 'paren' ? unwrap(value) : value
  })
}

function unwrap(expr: Ast): Ast {
  return expr.kind === 'paren' ? unwrap(expr.operand) : expr
}
