import type { Tree } from '../grammar.ts'
import { outputsOf, type Outputs, type Scope } from './scope.ts'
import { asList, calls, fieldsOf, namesOf, nodeOf, nodesOf, walk } from './tree.ts'

// Through which queries in FROM the planner passes a condition from outside. Source: subquery_is_pushdown_safe, allpaths.c.

/** The columns of a query; those on which a condition from outside does not reach its tables have a name and no value. */
export function openOutputs(select: Tree, scope: Scope, names: readonly string[]): Outputs {
  const narrowed = narrowing(select)
  const isOpen = isClosed(select)
    ? () => false
    : (value: unknown) => narrowed.every(({ columns }) => columns.has(nameOf(value))) && !calls(value, AGGREGATE)
  const outputs = [...outputsOf(select, scope, names)]
  return new Map(outputs.map(([name, { value }]) => [name, { value: isOpen(value) ? value : undefined, scope }]))
}

/** Its rows are counted before a condition from outside applies. */
function isClosed(select: Tree): boolean {
  return ['limitCount', 'limitOffset'].some(name => select[name] !== undefined)
}

/** Functions that make one value of many rows. Only the server knows those that an application has added. */
const AGGREGATE =
  /^(?:count|sum|avg|min|max|(?:array|string|xml|jsonb?|jsonb?_object|range|range_intersect)_agg|bool_(?:and|or)|every|any_value|bit_(?:and|or|xor)|(?:stddev|var)_(?:pop|samp)|stddev|variance|corr|covar_\w+|regr_\w+|mode|percentile_\w+|grouping)$/

/** What makes one row of many, or numbers them: a condition has to keep or drop these together. */
function narrowing(select: Tree): readonly { readonly columns: ReadonlySet<unknown> }[] {
  const groups = asList(select['groupClause'])
  // The list of a plain DISTINCT has one empty node.
  const distinct = nodesOf(select['distinctClause']).length > 0 ? asList(select['distinctClause']) : []
  return [groups, distinct]
    .filter(list => list.length > 0)
    .concat(partitionsOf(select))
    .map(list => ({ columns: new Set(list.map(nameOf)) }))
}

/** The columns by which each window divides the rows. */
function partitionsOf(select: Tree): readonly (readonly unknown[])[] {
  const windows = nodesOf(select['windowClause']).map(({ fields }) => fields)
  walk([select['targetList'], select['sortClause']], ({ kind, fields }) => {
    const over = kind === 'FuncCall' ? fields['over'] : undefined
    // One with a name is in the list already.
    const isOwn = over !== undefined && ['name', 'refname'].every(name => fieldsOf(over)[name] === undefined)
    if (isOwn) windows.push(fieldsOf(over))
    return kind !== 'SubLink'
  })
  return windows.map(window => asList(window['partitionClause']))
}

/** The last name of a reference to a column; what else there is stands for itself. */
function nameOf(value: unknown): unknown {
  const node = nodeOf(value)
  return node?.kind === 'ColumnRef' ? namesOf(node.fields['fields']).at(-1) : value
}

/** The queries that a UNION, or an INTERSECT, puts together; the query alone where it does not. Undefined for EXCEPT. */
export function partsOf(select: Tree): readonly Tree[] | undefined {
  if (select['larg'] === undefined) return [select]
  if (isClosed(select) || select['op'] === 'SETOP_EXCEPT') return undefined
  const parts = [select['larg'], select['rarg']].map(each => partsOf(fieldsOf(each)))
  const [left, right] = parts
  return left && right && [...left, ...right]
}

/** A query in WITH that is computed by itself: told to, or mentioned twice. Source: the manual, "WITH Queries". */
export function isComputedApart(query: Tree, statement: Tree): boolean {
  const { ctematerialized: told, ctename: name } = query
  if (told === 'CTEMaterializeAlways' || told === 'CTEMaterializeNever') return told === 'CTEMaterializeAlways'
  let mentions = 0
  walk(statement, ({ kind, fields }) => {
    if (kind === 'RangeVar' && fields['relname'] === name && fields['schemaname'] === undefined) mentions++
    return true
  })
  return mentions > 1
}
