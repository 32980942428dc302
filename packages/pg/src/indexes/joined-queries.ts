import type { Tree } from '../grammar.ts'
import { asList, namesOf, nodeOf, nodesOf } from './tree.ts'

/** The queries of `x IN (SELECT ...)` that every row has to meet. Below OR and NOT, and in results, each row is looked up in a table of their rows. */
export function joinedIn(filter: unknown): readonly Tree[] {
  const node = nodeOf(filter)
  if (node?.kind === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR')
    return asList(node.fields['args']).flatMap(joinedIn)
  if (node?.kind !== 'SubLink' || node.fields['subLinkType'] !== 'ANY_SUBLINK') return []
  const operator = namesOf(node.fields['operName']).at(-1) ?? '='
  return operator === '=' && node.fields['testexpr'] !== undefined ? [node.fields] : []
}

/** The pairs that `(a, b) IN (SELECT c, d ...)` and `a IN (VALUES ...)` compare. */
export function pairsOf(own: unknown, select: Tree): readonly (readonly [unknown, unknown])[] {
  const row = nodeOf(own)
  const parts = row?.kind === 'RowExpr' ? asList(row.fields['args']) : [own]
  const [values] = asList(select['valuesLists'])
  const targets = values
    ? asList(nodeOf(values)?.fields['items'])
    : nodesOf(select['targetList']).map(({ fields }) => fields['val'])
  return parts.length === targets.length ? parts.map((part, at) => [part, targets[at]]) : []
}
