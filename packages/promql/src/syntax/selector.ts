import type { SyntaxNode } from '@lezer/common'
import { MATCH_OPERATORS, type LabelMatch, type VectorSelector } from '../words/ast.ts'
import { SyntaxProblem, UnsupportedFeature } from '../words/errors.ts'
import { compileRegexp } from '../regexp/pattern.ts'
import { matchesEmpty } from './empty-match.ts'
import { unquote } from './string.ts'
import { childrenOf } from './tree.ts'

/** The value of a string token, or one clear error. */
export function stringOf(source: string, node: SyntaxNode): string {
  const text = source.slice(node.from, node.to)
  const value = unquote(text)
  if (value === undefined) throw new SyntaxProblem(`invalid escape in string ${text}`, source, node)
  return value
}

/** A label name as written: bare, or quoted when it is not a plain identifier. */
export function labelNameOf(source: string, node: SyntaxNode): string {
  return node.name === 'QuotedLabelName' ? stringOf(source, node) : source.slice(node.from, node.to)
}

export function parseSelector(source: string, node: SyntaxNode): VectorSelector {
  const matches: LabelMatch[] = []
  let metric: string | undefined
  const setMetric = (name: string, at: SyntaxNode): void => {
    if (metric !== undefined)
      throw new SyntaxProblem(`metric name must not be set twice: "${metric}" or "${name}"`, source, at)
    metric = name
    matches.push({ label: '__name__', operator: '=', value: name, from: at.from, to: at.to })
  }
  for (const child of childrenOf(node)) {
    if (child.name === 'Identifier') setMetric(source.slice(child.from, child.to), child)
    else if (child.name === 'LabelMatchers') {
      for (const inner of childrenOf(child)) {
        if (inner.name === 'QuotedLabelName') setMetric(stringOf(source, inner), inner)
        else matches.push(parseMatch(source, inner))
      }
    }
  }
  const named = matches.filter(match => match.label === '__name__')
  if (metric !== undefined && named.length > 1) {
    const other = named.find(match => match.value !== metric) ?? named[0]
    throw new SyntaxProblem(
      `metric name must not be set twice: "${metric}" or "${other?.value ?? metric}"`,
      source,
      node,
    )
  }
  if (matches.every(matchesEmpty)) {
    throw new SyntaxProblem('vector selector must contain at least one non-empty matcher', source, node)
  }
  metric ??= named.find(match => match.operator === '=')?.value
  return { kind: 'selector', metric, matches, offsetMs: 0, at: undefined, from: node.from, to: node.to }
}

function parseMatch(source: string, node: SyntaxNode): LabelMatch {
  const [name, operator, value] = childrenOf(node)
  if (name === undefined || operator === undefined || value === undefined) {
    throw new SyntaxProblem('incomplete label matcher', source, node)
  }
  const match: LabelMatch = {
    label: labelNameOf(source, name),
    operator: MATCH_OPERATORS.find(text => text === source.slice(operator.from, operator.to)) ?? '=',
    value: stringOf(source, value),
    from: node.from,
    to: node.to,
  }
  // Prometheus drops these together with the metric name once `type-and-unit-labels` is on.
  if (match.label === '__type__' || match.label === '__unit__')
    throw new UnsupportedFeature('type and unit labels', source, node)
  if (match.operator === '=~' || match.operator === '!~') {
    try {
      compileRegexp(match.value)
    } catch (error) {
      throw new SyntaxProblem(error instanceof Error ? error.message : String(error), source, value)
    }
  }
  return match
}
