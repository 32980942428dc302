import type { Tree } from '../grammar.ts'
import type { Column } from './catalog.ts'
import type { TableUse } from './table-use.ts'
import { fieldsOf, namesOf, nodeOf } from './tree.ts'

/** The columns of a query by name: expressions over a scope of its own, or undefined where only the name is known. */
export type Outputs = ReadonlyMap<string, { readonly value: unknown; readonly scope: Scope }>

/** What a name in `FROM` stands for: a table, or a query; neither, where nothing is known of its columns. */
export interface Source {
  readonly alias: string
  readonly use?: TableUse
  readonly outputs?: Outputs
  /** The same columns of the further queries of a UNION. */
  readonly further?: readonly Outputs[]
}

/** The names that a place of a statement sees. */
export interface Scope {
  readonly sources: Source[]
  readonly outer: Scope | undefined
  /** The scopes of all queries of the statement that have been read, by their trees. */
  readonly queries: WeakMap<object, Scope>
}

/** The scope, and one in which a UNION stands for a further one of its queries, for each of these. */
export function variantsOf(scope: Scope): readonly Scope[] {
  const further = scope.sources.flatMap(source =>
    (source.further ?? []).map(outputs => ({
      ...scope,
      sources: scope.sources.map(each => (each === source ? { alias: each.alias, outputs } : each)),
    })),
  )
  return [scope, ...further]
}

/** A column of a table in use. */
export interface Reference {
  readonly use: TableUse
  readonly column: Column
  /** The table is of the query around. */
  readonly isOuter?: boolean
}

const MAX_DEPTH = 20

/** An expression that a query gives under a name, in the scope of that query. */
export interface Computed {
  readonly value: unknown
  readonly scope: Scope
  /** It is of the query around. */
  readonly isOuter?: boolean
}

/** The column that a reference means, through subqueries and views; undefined where it is not a plain column of a table. */
export function resolve(names: readonly string[], scope: Scope | undefined): Reference | undefined {
  const found = meaningOf(names, scope)
  return found !== undefined && 'use' in found ? found : undefined
}

/** The expression that a reference means, through subqueries and views; undefined where it is a plain column, or not known. */
export function computedAs(value: unknown, scope: Scope): Computed | undefined {
  const node = nodeOf(value)
  const found = node?.kind === 'ColumnRef' ? meaningOf(namesOf(node.fields['fields']), scope) : undefined
  return found !== undefined && 'value' in found ? found : undefined
}

function meaningOf(names: readonly string[], scope: Scope | undefined, depth = 0): Reference | Computed | undefined {
  const name = names.at(-1)
  if (scope === undefined || name === undefined || name === '*' || depth > MAX_DEPTH) return undefined
  const alias = names.at(-2)
  for (const source of scope.sources) {
    if (alias !== undefined && source.alias !== alias) continue
    const column = source.use?.table.columns.get(name)
    if (source.use !== undefined && column !== undefined) return { use: source.use, column }
    const output = source.outputs?.get(name)
    if (output === undefined) continue
    const node = nodeOf(output.value)
    if (node?.kind !== 'ColumnRef') return node && output
    return meaningOf(namesOf(node.fields['fields']), output.scope, depth + 1)
  }
  const around = meaningOf(names, scope.outer, depth + 1)
  return around && { ...around, isOuter: true }
}

/** What an expression refers to. */
export interface References {
  readonly columns: readonly Reference[]
  /** A column that is not a plain one of a known table. */
  readonly hasUnknown: boolean
  readonly hasSubquery: boolean
  readonly hasParameter: boolean
}

/** @param depth - of the queries around @default 0 */
export function referencesOf(value: unknown, scope: Scope, depth = 0): References {
  const columns: Reference[] = []
  let [hasUnknown, hasSubquery, hasParameter] = [false, false, false]
  const addWithin = (computed: Computed, depth: number): void => {
    const own = referencesOf(computed.value, computed.scope, depth + 1)
    for (const each of own.columns) columns.push(computed.isOuter ? { ...each, isOuter: true } : each)
    // An expression without columns, as a count of rows, still has one value for each row.
    hasUnknown ||= own.hasUnknown || own.columns.length === 0
    hasSubquery ||= own.hasSubquery
    hasParameter ||= own.hasParameter
  }
  const visit = (part: unknown, around: Scope, depth: number): void => {
    if (typeof part !== 'object' || part === null || depth > MAX_TREE_DEPTH) return
    if (Array.isArray(part)) {
      for (const each of part) visit(each, around, depth + 1)
      return
    }
    const within = scope.queries.get(part) ?? around
    for (const [kind, below] of Object.entries(part)) {
      if (kind === 'ColumnRef') {
        const names = namesOf(fieldsOf(below)['fields'])
        const found = isOfQueryWithin(names, within, scope) ? undefined : meaningOf(names, scope)
        if (found && 'use' in found) columns.push(found)
        else if (found) addWithin(found, depth)
        // The columns of a subquery's own tables are not known here.
        else if (!hasSubquery) hasUnknown = true
      }
      if (kind === 'SubLink') hasSubquery = true
      if (kind === 'ParamRef') hasParameter = true
      visit(below, within, depth + 1)
    }
  }
  visit(value, scope, depth)
  return { columns, hasUnknown, hasSubquery, hasParameter }
}

const MAX_TREE_DEPTH = 1_000

/** A query within an expression sees its own tables first. */
function isOfQueryWithin(names: readonly string[], within: Scope, scope: Scope): boolean {
  const [name, alias] = [names.at(-1) ?? '', names.at(-2)]
  for (let at: Scope | undefined = within; at !== scope; at = at.outer) {
    // It does not see the query around.
    if (at === undefined) return true
    for (const { alias: own, use, outputs } of at.sources) {
      if (alias !== undefined && alias !== own) continue
      // A source of unknown columns may have any.
      if ((use === undefined && !outputs?.size) || use?.table.columns.has(name) || outputs?.has(name)) return true
    }
  }
  return false
}

/** The columns that a query gives, by name. */
export function outputsOf(select: Tree, scope: Scope, names: readonly string[]): Outputs {
  const outputs = new Map<string, { value: unknown; scope: Scope }>()
  const targets = Array.isArray(select['targetList']) ? (select['targetList'] as readonly unknown[]) : []
  targets.forEach((target, at) => {
    const value = nodeOf(target)?.fields['val']
    const given = nodeOf(target)?.fields['name']
    const node = nodeOf(value)
    const own = namesOf(node?.fields[node.kind === 'ColumnRef' ? 'fields' : 'funcname'])
    if (own.at(-1) === '*') addStar(outputs, own.at(-2), scope)
    else {
      const name = names[at] ?? given ?? own.at(-1)
      // A column that cannot be named keeps its place.
      outputs.set(typeof name === 'string' && !outputs.has(name) ? name : `?column? ${at}`, { value, scope })
    }
  })
  return outputs
}

function addStar(
  outputs: Map<string, { value: unknown; scope: Scope }>,
  alias: string | undefined,
  scope: Scope,
): void {
  for (const source of scope.sources) {
    if (alias !== undefined && source.alias !== alias) continue
    for (const name of namesIn([source]))
      if (!outputs.has(name)) outputs.set(name, { value: columnOf(source, name), scope })
  }
}

/** The tables of the query itself: what a query within it compares with them is that query's condition. */
export function usesIn(value: unknown, scope: Scope): ReadonlySet<TableUse> {
  return new Set(referencesOf(value, scope).columns.flatMap(({ use, isOuter }) => (isOuter ? [] : [use])))
}

/** A reference to a column. */
export function columnOf({ alias }: Source, name: string): Tree {
  return referenceTo([alias, name])
}

export function referenceTo(names: readonly string[]): Tree {
  return { ColumnRef: { fields: names.map(sval => ({ String: { sval } })) } }
}

/** The names of all columns. */
export function namesIn(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ use, outputs }) => [
    ...(use?.table.columns ?? outputs ?? new Map<string, unknown>()).keys(),
  ])
}

export function has({ use, outputs }: Source, name: string): boolean {
  return use?.table.columns.has(name) ?? outputs?.has(name) ?? false
}
