import type { Token } from '../signals/sql-tokens.ts'
import { tokenize } from '../signals/sql-tokens.ts'

/** A column that a filter compares with something that does not depend on the row. */
export interface ComparedColumn {
  readonly name: string
  readonly comparison: 'equal' | 'range'
  /** The type the server casts the column to before comparing. */
  readonly cast?: string
}

const COMPARISONS: Readonly<Record<string, ComparedColumn['comparison']>> = {
  '=': 'equal',
  '<': 'range',
  '>': 'range',
  '<=': 'range',
  '>=': 'range',
}

/** Any of these makes a condition one that an index on plain columns does not serve, or not surely. */
const GIVE_UP = new Set(['OR', 'NOT', 'CASE', 'ALL', 'IS', 'SUBPLAN', 'HASHED', 'COLLATE'])
/** Functions whose value is fixed during a statement, so that an index can be searched for it. */
const STABLE_FUNCTIONS = new Set(['ANY', 'NOW', 'DATE_TRUNC', 'TIMEZONE'])

/**
 * The columns that an index could serve, from a filter as EXPLAIN VERBOSE prints it, e.g.
 * `((o.customer_id = 42) AND ((o.status)::text = 'paid'::text))`. Conditions joined by AND stand each for themselves, so
 * one that is not understood (OR, functions of a column, LIKE) is left out. Never throws.
 */
export function comparedColumns(filter: string, alias: string): readonly ComparedColumn[] {
  return splitByAnd(withoutParentheses(tokenize(filter, true))).flatMap(condition => {
    const column = comparedColumn(withoutParentheses(condition), alias)
    return column === undefined ? [] : [column]
  })
}

/** The column of a sort key such as `o.created_at DESC`; undefined for an expression. */
export function sortedColumn(sortKey: string, alias: string): string | undefined {
  const tokens = tokenize(sortKey, true)
  const end = tokens.findIndex(token => token.kind === 'word' && /^(?:DESC|ASC|NULLS)$/.test(token.text))
  return columnOf(end < 0 ? tokens : tokens.slice(0, end), alias)?.name
}

function comparedColumn(condition: readonly Token[], alias: string): ComparedColumn | undefined {
  if (condition.some(token => token.kind === 'word' && GIVE_UP.has(token.text.toUpperCase()))) return undefined
  const at = indexAtTop(condition, token => token.kind === 'symbol' && COMPARISONS[token.text] !== undefined)
  if (at < 0) return undefined
  const comparison = COMPARISONS[condition[at]!.text]!
  const [left, right] = [condition.slice(0, at), condition.slice(at + 1)]
  const column = isFixed(right) ? columnOf(left, alias) : isFixed(left) ? columnOf(right, alias) : undefined
  return column && { ...column, comparison }
}

/** `alias.name`, perhaps in parentheses and with a cast. */
function columnOf(tokens: readonly Token[], alias: string): { name: string; cast?: string } | undefined {
  const bare = withoutParentheses(tokens)
  const castAt = indexAtTop(bare, token => token.text === '::')
  if (castAt > 0) {
    const inner = columnOf(bare.slice(0, castAt), alias)
    const cast = bare.slice(castAt + 1).map(token => token.text)
    return inner === undefined || inner.cast !== undefined ? undefined : { ...inner, cast: cast.join(' ') }
  }
  const [owner, dot, name] = bare
  if (bare.length !== 3 || dot?.text !== '.' || owner === undefined || name === undefined) return undefined
  return identifier(owner) === alias && identifier(name) !== undefined ? { name: identifier(name)! } : undefined
}

/** No column and no function but known ones: it has one value for the whole scan. */
function isFixed(tokens: readonly Token[]): boolean {
  return tokens.every((token, at) => {
    if (token.kind !== 'word' && token.kind !== 'quoted') return true
    const next = tokens[at + 1]?.text
    // `alias.column`; a type behind `::` may have a schema, and `(InitPlan 1).col1` is one value.
    if (next === '.') return tokens[at - 1]?.text === '::'
    if (next !== '(') return true
    const isType = tokens[at - 1]?.text === '::' || tokens[at - 2]?.text === '::'
    return isType || (token.kind === 'word' && STABLE_FUNCTIONS.has(token.text.toUpperCase()))
  })
}

function identifier(token: Token): string | undefined {
  if (token.kind === 'quoted') return token.text.slice(1, -1).replaceAll('""', '"')
  return token.kind === 'word' ? token.text : undefined
}

function splitByAnd(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const at = indexAtTop(tokens, token => token.kind === 'word' && token.text.toUpperCase() === 'AND')
  if (at < 0) return [tokens]
  return [tokens.slice(0, at), ...splitByAnd(tokens.slice(at + 1))]
}

function indexAtTop(tokens: readonly Token[], matches: (token: Token) => boolean): number {
  let depth = 0
  return tokens.findIndex(token => {
    if (token.text === '(') depth++
    else if (token.text === ')') depth--
    else return depth === 0 && matches(token)
    return false
  })
}

function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens
  while (inner[0]?.text === '(' && closing(inner) === inner.length - 1) inner = inner.slice(1, -1)
  return inner
}

/** Where the first parenthesis is closed. */
function closing(tokens: readonly Token[]): number {
  let depth = 0
  return tokens.findIndex(token => {
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    return depth === 0
  })
}
