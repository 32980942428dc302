import { isConfiguredSearch, keyOf } from './keys.ts'
import type { Scope } from './scope.ts'
import { other, type Condition, type Rest, type TableUse } from './table-use.ts'
import { nodeOf } from './tree.ts'
import { typeOf } from './value-types.ts'

/** Operators of the default classes of gin and gist, and the types for which they are: jsonb, arrays, texts to search in, ranges. */
const INVERTED: Readonly<Record<string, RegExp>> = {
  '@>': /^(?:jsonb|hstore|ltree|_)|range$/,
  '<@': /^(?:jsonb|hstore|ltree|_)|range$/,
  '&&': /^_|range$/,
  '?': /^(?:jsonb|hstore)$/,
  '?|': /^(?:jsonb|hstore)$/,
  '?&': /^(?:jsonb|hstore)$/,
  '@@': /^(?:tsvector|jsonb)$/,
  '@?': /^jsonb$/,
}
/** Indexed by gist. */
const RANGES = /range$|^ltree$/
/** An index finds those that contain a value, and not those that a value contains. */
const CONTAINERS = /^(?:jsonb|hstore)$/
/** The operators that `jsonb_path_ops` serves: it indexes values with their paths, and no keys alone. */
const WITH_PATHS = /^(?:@[>@?]|<@)$/

export function isContaining(operator: string): boolean {
  return INVERTED[operator] !== undefined
}

/** Reads a condition that gin or gist serves: a value contains another one, or overlaps it. */
export function containing(
  use: TableUse,
  operator: string,
  sides: readonly [unknown, unknown],
  scope: Scope,
  rest: Rest,
): Condition {
  for (const [at, side] of sides.entries()) {
    // An expression that btree could index can be indexed by gin and gist as well.
    const key = keyOf(side, use, scope)
    const type = isSearch(side) ? 'tsvector' : (key?.column?.type ?? typeOf(side, scope))
    if (key === undefined || type === undefined || !INVERTED[operator]!.test(type)) continue
    if (CONTAINERS.test(type) && at !== (operator === '<@' ? 1 : 0)) continue
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
