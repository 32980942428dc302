/** Character offsets `[from, to)` in the source. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The four types of a PromQL expression, by the names Prometheus uses in its errors. */
export type ValueType = 'scalar' | 'instant vector' | 'range vector' | 'string'

export interface NumberLiteral extends Span {
  readonly kind: 'number'
  readonly value: number
}

export interface StringLiteral extends Span {
  readonly kind: 'string'
  readonly value: string
}

export type MatchOperator = '=' | '!=' | '=~' | '!~'
export const MATCH_OPERATORS: readonly MatchOperator[] = ['=', '!=', '=~', '!~']

/** A label matcher of a selector, e.g. `job=~"api.*"`. */
export interface LabelMatch extends Span {
  readonly label: string
  readonly operator: MatchOperator
  readonly value: string
}

/** `@ 1609746000`, `@ start()` or `@ end()`; a number is milliseconds since the epoch. */
export type AtModifier = number | 'start' | 'end'

export interface VectorSelector extends Span {
  readonly kind: 'selector'
  /** The metric name when it is given by an equality, for messages; the matchers hold it too. */
  readonly metric: string | undefined
  readonly matches: readonly LabelMatch[]
  readonly offsetMs: number
  readonly at: AtModifier | undefined
}

export interface MatrixSelector extends Span {
  readonly kind: 'range'
  readonly selector: VectorSelector
  readonly rangeMs: number
}

export interface Subquery extends Span {
  readonly kind: 'subquery'
  readonly operand: Expr
  readonly rangeMs: number
  /** `undefined` takes the default resolution. */
  readonly stepMs: number | undefined
  readonly offsetMs: number
  readonly at: AtModifier | undefined
}

export interface Call extends Span {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expr[]
}

const PLAIN_AGGREGATIONS = ['sum', 'avg', 'count', 'min', 'max', 'group', 'stddev', 'stdvar'] as const
const PARAMETRIC_AGGREGATIONS = ['topk', 'bottomk', 'quantile', 'count_values'] as const
/** Aggregations that take a parameter before the vector. */
export type ParametricAggregation = (typeof PARAMETRIC_AGGREGATIONS)[number]
export type AggregationOperator = (typeof PLAIN_AGGREGATIONS)[number] | ParametricAggregation
export const AGGREGATIONS: readonly AggregationOperator[] = [...PLAIN_AGGREGATIONS, ...PARAMETRIC_AGGREGATIONS]

export function isParametric(operator: AggregationOperator): operator is ParametricAggregation {
  return PARAMETRIC_AGGREGATIONS.some(known => known === operator)
}

export interface Grouping {
  readonly mode: 'by' | 'without'
  readonly labels: readonly string[]
}

export interface Aggregation extends Span {
  readonly kind: 'aggregation'
  readonly operator: AggregationOperator
  readonly grouping: Grouping
  readonly parameter: Expr | undefined
  readonly operand: Expr
}

const ARITHMETIC_OPERATORS = ['+', '-', '*', '/', '%', '^', 'atan2'] as const
const COMPARISON_OPERATORS = ['==', '!=', '>', '<', '>=', '<='] as const
const SET_OPERATORS = ['and', 'or', 'unless'] as const
export type ArithmeticOperator = (typeof ARITHMETIC_OPERATORS)[number]
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number]
export type SetOperator = (typeof SET_OPERATORS)[number]
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator
export const BINARY_OPERATORS: readonly BinaryOperator[] = [
  ...ARITHMETIC_OPERATORS,
  ...COMPARISON_OPERATORS,
  ...SET_OPERATORS,
]

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many'

export interface Matching {
  readonly cardinality: Cardinality
  /** `on(labels)` when true, `ignoring(labels)` when false. */
  readonly on: boolean
  readonly labels: readonly string[]
  /** Labels that `group_left`/`group_right` copies from the "one" side. */
  readonly include: readonly string[]
}

export interface Binary extends Span {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly bool: boolean
  readonly matching: Matching
  readonly left: Expr
  readonly right: Expr
}

export interface Unary extends Span {
  readonly kind: 'unary'
  readonly operator: '+' | '-'
  readonly operand: Expr
}

export interface Paren extends Span {
  readonly kind: 'paren'
  readonly operand: Expr
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Unary
  | Paren

/** The expression inside any parentheses around it. */
export function unwrapParens(expr: Expr): Expr {
  return expr.kind === 'paren' ? unwrapParens(expr.operand) : expr
}

/** The expressions an expression is made of, one level down. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return []
    case 'range':
      return [expr.selector]
    case 'call':
      return expr.args
    case 'aggregation':
      return expr.parameter === undefined ? [expr.operand] : [expr.parameter, expr.operand]
    case 'binary':
      return [expr.left, expr.right]
    case 'subquery':
    case 'unary':
    case 'paren':
      return [expr.operand]
  }
}

/** How many parts an expression has: what evaluating it once costs at least. */
export function sizeOf(expr: Expr): number {
  return operandsOf(expr).reduce((size, operand) => size + sizeOf(operand), 1)
}

export function isSetOperator(operator: BinaryOperator): operator is SetOperator {
  return SET_OPERATORS.some(known => known === operator)
}

export function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return COMPARISON_OPERATORS.some(known => known === operator)
}
