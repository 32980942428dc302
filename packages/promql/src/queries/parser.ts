import type { SyntaxNode } from '@lezer/common'
import { AGGREGATIONS, isParametric } from '../words/ast.ts'
import type { Aggregation, Binary, BinaryOperator, Expr, Grouping, Span } from '../words/ast.ts'
import { checkTypes, type CheckOptions } from './check.ts'
import { SyntaxProblem, UnsupportedFeature } from '../words/errors.ts'
import { linearize, type Piece } from '../syntax/linear.ts'
import { labelNameOf, parseSelector, stringOf } from '../syntax/selector.ts'
import { childrenOf, parseTree } from '../syntax/tree.ts'

/**
 * Parses and type-checks a PromQL expression.
 *
 * @throws {@link SyntaxProblem} when it is not PromQL, {@link UnsupportedFeature} when this engine does not evaluate it.
 */
export function parse(source: string, options: CheckOptions = {}): Expr {
  const parsed = parseTree(source)
  const expr = expression(parsed.source, parsed.root)
  checkTypes(source, options, expr)
  return expr
}

/** Binding strength, lowest first; https://prometheus.io/docs/prometheus/latest/querying/operators/#binary-operator-precedence */
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<=': 3,
  '<': 3,
  '>=': 3,
  '>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
}
/** A sign binds like multiplication: `-2 ^ 2` is -4. */
const SIGN_PRECEDENCE = 5

function expression(source: string, node: SyntaxNode): Expr {
  const pieces = linearize(source, node)
  let next = 0

  function climb(floor: number): Expr {
    let left = unary()
    for (;;) {
      const operator = pieces[next]
      if (operator?.piece !== 'operator') return left
      const strength = PRECEDENCE[operator.operator]
      if (strength < floor) return left
      next += 1
      const right = climb(operator.operator === '^' ? strength : strength + 1)
      const { bool, matching } = operator
      left = {
        kind: 'binary',
        operator: operator.operator,
        bool,
        matching,
        left,
        right,
        from: left.from,
        to: right.to,
      } satisfies Binary
    }
  }

  function unary(): Expr {
    const piece = pieces[next]
    if (piece?.piece !== 'sign') return postfix()
    next += 1
    const operand = climb(SIGN_PRECEDENCE + 1)
    if (operand.kind === 'number') {
      return { ...operand, value: piece.operator === '-' ? -operand.value : operand.value, from: piece.from }
    }
    return { kind: 'unary', operator: piece.operator, operand, from: piece.from, to: operand.to }
  }

  function postfix(): Expr {
    const first = pieces[next]
    next += 1
    let expr: Expr
    if (first?.piece === 'number') expr = { kind: 'number', value: first.value, from: first.from, to: first.to }
    else if (first?.piece === 'operand') expr = operand(source, first.node)
    else throw new SyntaxProblem('incomplete expression', source, first ?? node)
    for (;;) {
      const piece = pieces[next]
      const modified = piece === undefined ? undefined : applyPostfix(source, expr, piece)
      if (modified === undefined) return expr
      next += 1
      expr = modified
    }
  }

  return climb(0)
}

function applyPostfix(source: string, expr: Expr, piece: Piece): Expr | undefined {
  switch (piece.piece) {
    case 'range':
      if (expr.kind !== 'selector') throw new SyntaxProblem('ranges only allowed for vector selectors', source, piece)
      if (expr.offsetMs !== 0) throw new SyntaxProblem('no offset modifiers allowed before range', source, piece)
      if (expr.at !== undefined) throw new SyntaxProblem('no @ modifiers allowed before range', source, piece)
      return { kind: 'range', selector: expr, rangeMs: piece.ms, from: expr.from, to: piece.to }
    case 'subquery':
      return {
        kind: 'subquery',
        operand: expr,
        rangeMs: piece.ms,
        stepMs: piece.stepMs,
        offsetMs: 0,
        at: undefined,
        from: expr.from,
        to: piece.to,
      }
    case 'offset':
    case 'at':
      return modify(source, expr, piece)
    case 'number':
    case 'operand':
    case 'operator':
    case 'sign':
      return undefined
  }
}

function modify(source: string, expr: Expr, piece: Piece & { piece: 'offset' | 'at' }): Expr {
  const what = piece.piece === 'at' ? '@ modifier' : 'offset modifier'
  if (expr.kind === 'range') {
    const selector = modify(source, expr.selector, piece)
    return selector.kind === 'selector' ? { ...expr, selector, to: piece.to } : expr
  }
  if (expr.kind !== 'selector' && expr.kind !== 'subquery') {
    throw new SyntaxProblem(
      `${what} must be preceded by an instant vector selector or range vector selector or a subquery`,
      source,
      expr,
    )
  }
  if (piece.piece === 'at') {
    if (expr.at !== undefined) throw new SyntaxProblem('@ <timestamp> may not be set multiple times', source, piece)
    return { ...expr, at: piece.at, to: piece.to }
  }
  if (expr.offsetMs !== 0) throw new SyntaxProblem('offset may not be set multiple times', source, piece)
  return { ...expr, offsetMs: piece.ms, to: piece.to }
}

function operand(source: string, node: SyntaxNode): Expr {
  const span: Span = { from: node.from, to: node.to }
  switch (node.name) {
    case 'VectorSelector':
      return parseSelector(source, node)
    case 'StringLiteral':
      return { kind: 'string', value: stringOf(source, node), ...span }
    case 'ParenExpr': {
      const inner = node.firstChild
      if (inner === null) throw new SyntaxProblem('no expression found in parentheses', source, node)
      return { kind: 'paren', operand: expression(source, inner), ...span }
    }
    case 'FunctionCall': {
      const [name, body] = childrenOf(node)
      if (name === undefined || body === undefined) throw new SyntaxProblem('incomplete function call', source, node)
      const text = source.slice(name.from, name.to)
      // Refused before its arguments are read: its second one is a selector that may match everything.
      if (text === 'info') throw new UnsupportedFeature('function info()', source, name)
      return { kind: 'call', name: text, args: childrenOf(body).map(arg => expression(source, arg)), ...span }
    }
    case 'AggregateExpr':
      return aggregation(source, node)
    default:
      throw new UnsupportedFeature(node.name, source, node)
  }
}

function aggregation(source: string, node: SyntaxNode): Aggregation {
  let name = ''
  let grouping: Grouping = { mode: 'by', labels: [] }
  let args: Expr[] = []
  for (const child of childrenOf(node)) {
    if (child.name === 'AggregateOp') name = source.slice(child.from, child.to).toLowerCase()
    else if (child.name === 'FunctionCallBody') args = childrenOf(child).map(arg => expression(source, arg))
    else if (child.name === 'AggregateModifier') {
      const [mode, labels] = childrenOf(child)
      const names = labels === undefined ? [] : childrenOf(labels).map(label => labelNameOf(source, label))
      grouping = { mode: mode?.name === 'Without' ? 'without' : 'by', labels: names }
    }
  }
  const operator = AGGREGATIONS.find(known => known === name)
  if (operator === undefined) throw new UnsupportedFeature(`aggregation ${name}`, source, node)
  const wanted = isParametric(operator) ? 2 : 1
  if (args.length === 0) throw new SyntaxProblem('no arguments for aggregate expression provided', source, node)
  const value = args.at(-1)
  if (args.length !== wanted || value === undefined) {
    throw new SyntaxProblem(
      `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      source,
      node,
    )
  }
  return {
    kind: 'aggregation',
    operator,
    grouping,
    parameter: wanted === 2 ? args[0] : undefined,
    operand: value,
    from: node.from,
    to: node.to,
  }
}
