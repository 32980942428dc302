import type { Tree } from '../grammar.ts'
import type { Column } from './catalog.ts'
import type { TableUse } from './table-use.ts'
import { namesOf, nodeOf, walk } from './tree.ts'

/** What a name in `FROM` stands for: a table, or a query whose columns are expressions over a scope of its own. */
export interface Source {
  readonly alias: string
  readonly use?: TableUse
  readonly outputs?: ReadonlyMap<string, { readonly value: unknown; readonly scope: Scope }>
}

/** The names that a place of a statement sees. */
export interface Scope {
  readonly sources: Source[]
  readonly outer: Scope | undefined
}

/** A column of a table in use. */
export interface Reference {
  readonly use: TableUse
  readonly column: Column
  /** The table is of the query around. */
  readonly isOuter?: boolean
}

const MAX_DEPTH = 20

/** The column that a reference means, through subqueries and views; undefined where it is not a plain column of a table. */
export function resolve(names: readonly string[], scope: Scope | undefined, depth = 0): Reference | undefined {
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
    return node?.kind === 'ColumnRef' ? resolve(namesOf(node.fields['fields']), output.scope, depth + 1) : undefined
  }
  const around = resolve(names, scope.outer, depth + 1)
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

export function referencesOf(value: unknown, scope: Scope): References {
  const columns: Reference[] = []
  let [hasUnknown, hasSubquery, hasParameter] = [false, false, false]
  walk(value, ({ kind, fields }) => {
    if (kind === 'ColumnRef') {
      const found = resolve(namesOf(fields['fields']), scope)
      if (found) columns.push(found)
      // The columns of a subquery's own tables are not known here.
      else if (!hasSubquery) hasUnknown = true
    }
    if (kind === 'SubLink') hasSubquery = true
    if (kind === 'ParamRef') hasParameter = true
    return true
  })
  return { columns, hasUnknown, hasSubquery, hasParameter }
}

/** The columns that a query gives, by name. */
export function outputsOf(select: Tree, scope: Scope, names: readonly string[]): NonNullable<Source['outputs']> {
  const outputs = new Map<string, { value: unknown; scope: Scope }>()
  const targets = Array.isArray(select['targetList']) ? (select['targetList'] as readonly unknown[]) : []
  targets.forEach((target, at) => {
    const value = nodeOf(target)?.fields['val']
    const given = nodeOf(target)?.fields['name']
    const node = nodeOf(value)
    const own = node?.kind === 'ColumnRef' ? namesOf(node.fields['fields']) : []
    if (own.at(-1) === '*') addStar(outputs, own.at(-2), scope)
    else {
      const name = names[at] ?? given ?? own.at(-1)
      if (typeof name === 'string') outputs.set(name, { value, scope })
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
    const names = source.use?.table.columns.keys() ?? source.outputs?.keys() ?? []
    for (const name of names)
      if (!outputs.has(name))
        outputs.set(name, {
          value: { ColumnRef: { fields: [source.alias, name].map(sval => ({ String: { sval } })) } },
          scope,
        })
  }
}
