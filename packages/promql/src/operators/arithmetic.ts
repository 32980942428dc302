import type { ArithmeticOperator, ComparisonOperator } from '../words/ast.ts'

/** Two numbers to one; IEEE 754 as in Go, so division by zero is infinite. JavaScript's `%` is Go's `math.Mod`. */
export const ARITHMETIC: Readonly<Record<ArithmeticOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': power,
  atan2: Math.atan2,
}

/** Go's `math.Pow`: unlike JavaScript, 1 to any power is 1, and (-1) to ±Inf is 1. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1
  return base ** exponent
}

/** Comparisons with NaN are false, except `!=`. */
export const COMPARISON: Readonly<Record<ComparisonOperator, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
}
