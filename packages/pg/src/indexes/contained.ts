import { isConfiguredSearch, keyOf } from './keys.ts'
import type { Scope } from './scope.ts'
import { other, type Condition, type Rest, type TableUse } from './table-use.ts'
import { nodeOf } from './tree.ts'
import { typeOf } from './value-types.ts'

/** Operators of the default classes of gin and gist, and the types for which they are: jsonb, arrays, texts to search in, ranges. */
const INVERTED: Readonly<Record<string, RegExp>> = {
  '@>': /^(?:jsonb|_)|range$/,
  '<@': /^_|range$/,
  '&&': /^_|range$/,
  '?': /^jsonb$/,
  '?|': /^jsonb$/,
  '?&': /^jsonb$/,
  '@@': /^(?:tsvector|jsonb)$/,
  '@?': /^jsonb$/,
}
const RANGES = /range$/
/** What the smaller class for documents serves: it knows values with their paths, and no keys alone. */
const WITH_PATHS = /^@[>@?]$/

export function isContaining(operator: string): boolean {
  return INVERTED[operator] !== undefined
}

/** What a value contains, or is contained in, of which an inverted index has the parts. */
export function containing(
  use: TableUse,
  operator: string,
  sides: readonly [unknown, unknown],
  scope: Scope,
  rest: Rest,
): Condition {
  for (const side of sides) {
    // What makes an expression fit for an index does not depend on the kind of the index.
    const key = keyOf(side, use, scope)
    const type = isSearch(side) ? 'tsvector' : (key?.column?.type ?? typeOf(side, scope))
    if (key === undefined || type === undefined || !INVERTED[operator]!.test(type)) continue
    const operatorClass =
      WITH_PATHS.test(operator) && type === 'jsonb' ? { operatorClass: 'jsonb_path_ops' } : undefined
    const method = RANGES.test(type) ? 'gist' : 'gin'
    return { ...rest, comparison: 'contains', key: { ...key, method, ...operatorClass } }
  }
  return other(rest)
}

/** `to_tsvector('english', body)`: with one argument its result depends on a setting. */
function isSearch(value: unknown): boolean {
  const node = nodeOf(value)
  return node?.kind === 'FuncCall' && isConfiguredSearch(node.fields)
}
