import { operandsOf, type Expr, type LabelMatch } from '../words/ast.ts'

/** The series that one selector of an expression reads, and how far back. */
export interface SelectorUse {
  readonly matches: readonly LabelMatch[]
  /** How far back it looks: its range (0 for an instant) plus its offset. */
  readonly windowMs: number
}

/** The selectors of an expression, each with how far back it looks from `outerMs` before now. */
export function selectorsOf(expr: Expr, outerMs: number): readonly SelectorUse[] {
  if (expr.kind === 'selector') return [{ matches: expr.matches, windowMs: outerMs + Math.max(0, expr.offsetMs) }]
  let reachMs = outerMs
  if (expr.kind === 'range') reachMs += expr.rangeMs
  if (expr.kind === 'subquery') reachMs += expr.rangeMs + Math.max(0, expr.offsetMs)
  return operandsOf(expr).flatMap(operand => selectorsOf(operand, reachMs))
}
