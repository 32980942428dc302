import type { SyntaxNode } from '@lezer/common'
import type { AtModifier, BinaryOperator, Matching, Span } from '../words/ast.ts'
import { BINARY_OPERATORS, isSetOperator } from '../words/ast.ts'
import { SyntaxProblem, UnsupportedFeature } from '../words/errors.ts'
import { LONGEST_MS, parseNumber } from './number.ts'
import { labelNameOf } from './selector.ts'
import { skipSpace } from './token.ts'
import { childrenOf } from './tree.ts'

/** One piece of an expression without parentheses, in reading order. */
export type Piece =
  | ({ readonly piece: 'operand'; readonly node: SyntaxNode } & Span)
  | ({ readonly piece: 'number'; readonly value: number } & Span)
  | ({ readonly piece: 'sign'; readonly operator: '+' | '-' } & Span)
  | ({
      readonly piece: 'operator'
      readonly operator: BinaryOperator
      readonly bool: boolean
      readonly matching: Matching
    } & Span)
  | ({ readonly piece: 'offset'; readonly ms: number } & Span)
  | ({ readonly piece: 'at'; readonly at: AtModifier } & Span)
  | ({ readonly piece: 'range'; readonly ms: number } & Span)
  | ({ readonly piece: 'subquery'; readonly ms: number; readonly stepMs: number | undefined } & Span)

/**
 * Takes operators, signs and postfix modifiers of a lezer tree apart into reading order. The published grammar gives
 * postfix modifiers no precedence (`a or b offset 5m` becomes `(a or b) offset 5m`) and glues signs to numbers (`-2^2`
 * becomes `(-2)^2`); Prometheus's parser does neither, so only the order of the pieces is taken from the tree.
 */
export function linearize(source: string, node: SyntaxNode, out: Piece[] = []): Piece[] {
  const span = { from: node.from, to: node.to }
  const children = childrenOf(node)
  const first = children[0]
  switch (node.name) {
    case 'BinaryExpr': {
      const last = children.at(-1)
      if (first === undefined || last === undefined) throw new SyntaxProblem('incomplete expression', source, node)
      linearize(source, first, out)
      out.push(binaryOperator(source, node, children.slice(1, -1)))
      return linearize(source, last, out)
    }
    case 'UnaryExpr': {
      const [sign, operand] = children
      if (sign === undefined || operand === undefined) throw new SyntaxProblem('incomplete expression', source, node)
      out.push({
        piece: 'sign',
        operator: source.slice(sign.from, sign.to) === '-' ? '-' : '+',
        from: sign.from,
        to: sign.to,
      })
      return linearize(source, operand, out)
    }
    case 'NumberDurationLiteral':
      return pushNumber(source, node, out)
    case 'OffsetExpr':
      linearize(source, required(source, node, first), out)
      out.push({ piece: 'offset', ms: duration(source, children.at(-1) ?? node), ...span })
      return out
    case 'MatrixSelector':
      linearize(source, required(source, node, first), out)
      out.push({
        piece: 'range',
        ms: positive(source, required(source, node, children[1])),
        // Its problems are shown at the bracket, which follows the selector and blanks.
        from: skipSpace(source, first?.to ?? node.from),
        to: node.to,
      })
      return out
    case 'SubqueryExpr': {
      linearize(source, required(source, node, first), out)
      const step = children[2]
      const stepMs = step === undefined ? undefined : positive(source, step)
      out.push({ piece: 'subquery', ms: positive(source, required(source, node, children[1])), stepMs, ...span })
      return out
    }
    case 'StepInvariantExpr':
      linearize(source, required(source, node, first), out)
      out.push({ piece: 'at', at: atModifier(source, required(source, node, children.at(-1))), ...span })
      return out
    case 'AnchoredExpr':
      throw new UnsupportedFeature('anchored range modifier', source, node)
    case 'SmoothedExpr':
      throw new UnsupportedFeature('smoothed range modifier', source, node)
    default:
      out.push({ piece: 'operand', node, ...span })
      return out
  }
}

function required(source: string, parent: SyntaxNode, node: SyntaxNode | undefined): SyntaxNode {
  if (node === undefined) throw new SyntaxProblem('incomplete expression', source, parent)
  return node
}

function pushNumber(source: string, node: SyntaxNode, out: Piece[]): Piece[] {
  const text = source.slice(node.from, node.to)
  const [, sign = '', unsigned = ''] = /^([+-]?)\s*([\s\S]*)$/.exec(text) ?? []
  const value = parseNumber(unsigned.trim())
  if (value === undefined)
    throw new SyntaxProblem(`bad number or duration syntax: ${JSON.stringify(text)}`, source, node)
  if (value === Infinity && /^[\d.]/.test(unsigned))
    throw new SyntaxProblem(`error parsing number: value out of range: ${unsigned.slice(0, 40)}`, source, node)
  if (sign === '+' || sign === '-') out.push({ piece: 'sign', operator: sign, from: node.from, to: node.from + 1 })
  out.push({ piece: 'number', value, from: node.to - unsigned.length, to: node.to })
  return out
}

function duration(source: string, node: SyntaxNode): number {
  const text = source.slice(node.from, node.to)
  const [, sign = '', unsigned = ''] = /^\s*([+-]?)\s*([\s\S]*)$/.exec(text) ?? []
  const seconds = parseNumber(unsigned.trim())
  if (seconds === undefined) throw new UnsupportedFeature('duration expression', source, node)
  if (!(seconds * 1000 < LONGEST_MS)) throw new SyntaxProblem('duration out of range', source, node)
  return Math.round(seconds * 1000) * (sign === '-' ? -1 : 1)
}

function positive(source: string, node: SyntaxNode): number {
  const ms = duration(source, node)
  if (ms <= 0) throw new SyntaxProblem('duration must be greater than 0', source, node)
  return ms
}

function atModifier(source: string, node: SyntaxNode): AtModifier {
  if (node.name === 'AtModifierPreprocessors')
    return source.slice(node.from, node.to).toLowerCase().startsWith('s') ? 'start' : 'end'
  const [number] = linearize(source, node).slice(-1)
  if (number?.piece !== 'number' || !Number.isFinite(number.value)) {
    throw new SyntaxProblem('timestamp out of bounds for @ modifier', source, node)
  }
  return Math.round(number.value * 1000) * (source[node.from] === '-' ? -1 : 1)
}

function binaryOperator(source: string, parent: SyntaxNode, nodes: readonly SyntaxNode[]): Piece {
  const [token, ...modifiers] = nodes
  if (token === undefined) throw new SyntaxProblem('incomplete expression', source, parent)
  const text = source.slice(token.from, token.to).toLowerCase()
  if (text === '</' || text === '>/') throw new UnsupportedFeature('histogram trim operator', source, token)
  const operator = BINARY_OPERATORS.find(known => known === text)
  if (operator === undefined) throw new UnsupportedFeature(`operator ${text}`, source, token)
  let bool = false
  let matching: Matching = {
    cardinality: isSetOperator(operator) ? 'many-to-many' : 'one-to-one',
    on: false,
    labels: [],
    include: [],
  }
  for (const modifier of modifiers) {
    if (modifier.name === 'BoolModifier') bool = true
    else if (modifier.name === 'MatchingModifierClause') matching = matchingClause(source, modifier, matching)
    else throw new UnsupportedFeature('fill modifier', source, modifier)
  }
  return { piece: 'operator', operator, bool, matching, from: token.from, to: token.to }
}

function matchingClause(source: string, node: SyntaxNode, initial: Matching): Matching {
  let { cardinality } = initial
  let on = false
  const lists: string[][] = []
  for (const child of childrenOf(node)) {
    if (child.name === 'On') on = true
    else if (child.name === 'GroupLeft') cardinality = 'many-to-one'
    else if (child.name === 'GroupRight') cardinality = 'one-to-many'
    else if (child.name === 'GroupingLabels') lists.push(childrenOf(child).map(label => labelNameOf(source, label)))
  }
  return { cardinality, on, labels: lists[0] ?? [], include: lists[1] ?? [] }
}
