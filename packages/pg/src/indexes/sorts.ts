import type { Tree } from '../grammar.ts'
import type { Conditions } from './conditions.ts'
import { keyOf } from './keys.ts'
import { referencesOf, variantsOf, type Scope } from './scope.ts'
import type { TableUse } from './table-use.ts'
import { asList, fieldsOf, namesOf, nodeOf, nodesOf, walk, type Node } from './tree.ts'

/** Adds the order in which a query wants the first rows. */
export function addSort(select: Tree, scope: Scope, conditions: Conditions): void {
  const skipped = conditions.numberOf(select['limitOffset']) ?? 0
  for (const variant of variantsOf(scope)) {
    if (nodesOf(select['sortClause']).length > 0 && isLimited(select)) addOrder(select, variant, skipped)
    else addExtremes(select, variant)
  }
}

function isLimited(select: Tree): boolean {
  return select['limitCount'] !== undefined && select['larg'] === undefined
}

function addOrder(select: Tree, scope: Scope, skipped: number): void {
  const targets = nodesOf(select['targetList'])
  const keys = nodesOf(select['sortClause']).map(({ fields }) => ({ fields, value: targetOf(fields['node'], targets) }))
  const groups = asList(select['groupClause']).map(each => JSON.stringify(placeless(targetOf(each, targets))))
  // Groups come in the order of the rows where they are sorted by what they have in common.
  if (groups.length > 0 && !keys.every(({ value }) => groups.includes(JSON.stringify(placeless(value))))) return
  for (const [at, { fields, value }] of keys.entries()) {
    const reference = referencesOf(value, scope).columns[0]
    const use = reference?.use
    const key = use && keyOf(value, use, scope)
    // The order of another table's columns comes from another index; and beside a UNION, a table is read once for each of its queries.
    if (!key || reference?.isOuter || use.sort.length !== at) return
    const isDescending = fields['sortby_dir'] === 'SORTBY_DESC'
    const nulls = fields['sortby_nulls']
    const isUnusual = nulls === (isDescending ? 'SORTBY_NULLS_LAST' : 'SORTBY_NULLS_FIRST')
    use.sort.push({ key, isDescending, isUnusual })
    limit(use, skipped)
  }
}

function limit(use: TableUse, skipped: number): void {
  use.isLimited = true
  use.skipped = skipped
}

/** `SELECT max(a)` reads the first row in the order of a. Source: preprocess_minmax_aggregates, planagg.c. */
function addExtremes(select: Tree, scope: Scope): void {
  if (select['groupClause'] !== undefined || select['havingClause'] !== undefined) return
  const calls: Node[] = []
  walk(select['targetList'], node => {
    if (node.kind === 'FuncCall') calls.push(node)
    return node.kind !== 'SubLink'
  })
  const aggregates = calls.filter(call => AGGREGATE.test(nameOf(call)) || call.fields['agg_star'] === true)
  if (aggregates.length === 0 || !aggregates.every(isExtreme)) return
  const found = aggregates.map(call => {
    const [value] = asList(call.fields['args'])
    const reference = referencesOf(value, scope).columns[0]
    const key = reference && keyOf(value, reference.use, scope)
    return key && !reference.isOuter ? { use: reference.use, key, isDescending: nameOf(call) === 'max' } : undefined
  })
  const [first] = found
  // Two columns would each need an index.
  if (first === undefined || found.some(each => each?.key.sql !== first.key.sql)) return
  // Beside a UNION, a table is read once for each of its queries.
  if (first.use.sort.length > 0) return
  first.use.sort.push({ key: first.key, isDescending: first.isDescending, isUnusual: false })
  limit(first.use, 0)
}

/** What makes one value of many rows. */
const AGGREGATE =
  /^(?:min|max|count|sum|avg|every|grouping)$|_agg$|^(?:bool|bit|regr|percentile|var|stddev|corr|covar|mode|rank)(?:_|$)/

function isExtreme(call: Node): boolean {
  const isPlain = ['agg_distinct', 'agg_filter', 'agg_order', 'over'].every(name => call.fields[name] === undefined)
  return isPlain && /^(?:min|max)$/.test(nameOf(call))
}

function nameOf({ fields }: Node): string {
  return namesOf(fields['funcname']).at(-1) ?? ''
}

/** A sort key is the number or the name of a result column, or an expression. */
function targetOf(value: unknown, targets: readonly { readonly fields: Tree }[]): unknown {
  const node = nodeOf(value)
  const number = node?.kind === 'A_Const' ? fieldsOf(node.fields['ival'])['ival'] : undefined
  if (typeof number === 'number') return targets[number - 1]?.fields['val']
  const names = node?.kind === 'ColumnRef' ? namesOf(node.fields['fields']) : []
  const named = names.length === 1 ? targets.find(({ fields }) => fields['name'] === names[0]) : undefined
  return named?.fields['val'] ?? value
}

/** Without where it is in the text. */
function placeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(placeless)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (name === 'location' ? [] : [[name, placeless(each)]])),
  )
}
