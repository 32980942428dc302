import { createHash } from 'node:crypto'
import { heirsOf, type Column, type Index, type Table } from './catalog.ts'
import { keysOf, normal, normalKey } from './normal-keys.ts'
import type { Condition, Key, SortKey, TableUse } from './table-use.ts'

/** A key of an index that does not exist, with its direction. */
export interface IndexKey {
  readonly key: Key
  /** `DESC`, `NULLS FIRST` and their kin; empty where the direction does not matter. */
  readonly order: string
}

/** An index that does not exist. */
export interface IndexDefinition {
  readonly table: Table
  readonly method: 'btree' | 'hash' | 'gin' | 'gist'
  readonly keys: readonly IndexKey[]
  /** Columns that it holds beside its keys, so that a statement is answered from the index alone. */
  readonly included?: readonly Column[]
  /** The condition that the rows of a partial index meet. */
  readonly predicate?: Condition
}

/** Longest identifier, `NAMEDATALEN` - 1 bytes. */
export const MAX_NAME_BYTES = 63

/** What follows the name of the table in `CREATE INDEX`. */
export function bodyOf(definition: IndexDefinition): string {
  const { keys, where } = clausesOf(definition)
  return keys + where
}

/** The same in two parts, between which an index can be given options. */
export function clausesOf({ method, keys, included = [], predicate }: IndexDefinition): {
  readonly keys: string
  readonly where: string
} {
  const shown = keys.map(({ key, order }) => [key.sql, key.operatorClass, order].filter(Boolean).join(' '))
  const beside = included.length === 0 ? '' : ` INCLUDE (${included.map(({ quoted }) => quoted).join(', ')})`
  return {
    keys: `${method === 'btree' ? '' : `USING ${method} `}(${shown.join(', ')})${beside}`,
    where: predicate === undefined ? '' : ` WHERE ${withoutParentheses(textOf(predicate))}`,
  }
}

/** The numbers of the columns whose values can be read from the index: those of its keys that are columns, and those beside them. */
export function heldColumns({ keys, included = [] }: IndexDefinition): ReadonlySet<number> {
  return new Set([...keys.map(({ key }) => key.column?.number ?? 0), ...included.map(({ number }) => number)])
}

/** What a statement reads of the table and the index does not hold. The condition of a partial index holds for all of its rows, and is not checked. */
export function missingColumns(index: IndexDefinition, { named }: TableUse): readonly Column[] {
  const held = heldColumns(index)
  const met = index.predicate?.key?.columns ?? []
  return [...named].flatMap(([column, times]) =>
    held.has(column.number) || (times === 1 && met.includes(column)) ? [] : [column],
  )
}

/** For hypopg, which takes neither a name nor CONCURRENTLY: one for the table, and for each that inherits from it. */
export function hypotheticalIndexStatements(definition: IndexDefinition): readonly string[] {
  const { table } = definition
  return [table, ...heirsOf(table)].map(({ name }) => `CREATE INDEX ON ${name} ${bodyOf(definition)}`)
}

/**
 * A name that shows where the index comes from, and that no other index gets: with `IF NOT EXISTS` the second of two would silently not be created.
 * Two underscores separate the parts, so that user (role_id) and user_role (id) differ; where that does not tell them apart, a hash does.
 */
export function indexName(definition: IndexDefinition): string {
  const { table, keys, included, predicate, method } = definition
  const parts = [table.relation, ...keys.flatMap(({ key }) => key.columns.map(column => column.name))]
  const plain = parts.map(part => part.toLowerCase().replace(/[^a-z0-9_]+/g, '')).join('__')
  const name = `homeostat_${plain}`
  const isPlain =
    parts.every(part => /^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(part)) &&
    keys.every(({ key, order }) => key.column && !key.operatorClass && !order)
  if (isPlain && method === 'btree' && !predicate && !included && name.length + 4 <= MAX_NAME_BYTES)
    return `${name}_idx`
  const hash = createHash('sha256')
    .update([table.name, bodyOf(definition)].join(' '))
    .digest('hex')
    .slice(0, 8)
  return `${name.slice(0, MAX_NAME_BYTES - 13)}_${hash}_idx`
}

/** Whether the index finds values by what they contain, and does not compare them as a whole. */
export function findsContained({ method }: Pick<IndexDefinition, 'method'>): boolean {
  return method === 'gin' || method === 'gist'
}

/** Whether the server has no statistics of what is indexed, until it is. */
export function isOfExpression({ keys }: Pick<IndexDefinition, 'keys'>): boolean {
  return keys.some(({ key }) => key.column === undefined)
}

/** The conditions that a search in the index meets: equalities from the front, then one range. */
export function servedConditions(definition: IndexDefinition, use: TableUse): readonly Condition[] {
  const { keys, predicate } = definition
  const bounded = findsContained(definition) ? 'contains' : 'range'
  const served: Condition[] = predicate === undefined ? [] : [predicate]
  const all = [...use.conditions, ...use.alternatives.flat()]
  for (const { key } of keys) {
    const own = all.filter(
      each => each.key?.sql === key.sql && each.key.operatorClass === key.operatorClass && each !== predicate,
    )
    const equal =
      own.find(({ comparison }) => comparison === 'equal') ?? own.find(({ comparison }) => comparison === 'list')
    if (equal !== undefined) served.push(equal)
    else {
      served.push(...own.filter(({ comparison }) => comparison === bounded))
      break
    }
  }
  return served
}

/** The conditions on the keys of an index. */
export interface Bounds {
  /** Those that say from where to where the index is walked: equalities from the front, then the ranges of one key. */
  readonly walked: readonly Condition[]
  /** Those, and others that the index checks before a row is fetched. */
  readonly checked: readonly Condition[]
}

/** @param counts - whether a condition may be used */
export function boundsOf(
  definition: IndexDefinition,
  use: TableUse,
  counts: (condition: Condition) => boolean,
): Bounds {
  const { keys, predicate } = definition
  const walked: Condition[] = predicate === undefined ? [] : [predicate]
  const checked = [...walked]
  let isWalked = true
  for (const { key } of keys) {
    const own = use.conditions.filter(
      each =>
        each !== predicate && each.key?.sql === key.sql && each.key.operatorClass === key.operatorClass && counts(each),
    )
    checked.push(...own)
    if (isWalked) walked.push(...own)
    isWalked &&= own.some(({ comparison }) => comparison === 'equal' || comparison === 'list')
  }
  return { walked, checked }
}

/** Whether the rows come out of the index in the order that the statement asks for, and only the first are wanted. */
export function servesOrder({ keys, method, predicate }: IndexDefinition, use: TableUse): boolean {
  if (!use.isLimited || use.sort.length === 0 || method !== 'btree') return false
  const rest = keys.slice(keys.findIndex(({ key }) => !isEqual(key, use)))
  return orderWithin(predicate, use).every(({ key }, at) => rest[at]?.key.sql === key.sql)
}

/** The order in which rows are wanted whose keys for equality are the same. */
export function orderWithin(predicate: Condition | undefined, use: TableUse): readonly SortKey[] {
  return use.sort.filter(({ key }) => !isEqual(key, use) && predicate?.key?.sql !== key.sql)
}

/** The planner does not take the rows of which a key IS NULL for equal. */
function isEqual(key: Key, { conditions }: TableUse): boolean {
  return conditions.some(each => each.comparison === 'equal' && each.key?.sql === key.sql && !isNullTest(each))
}

/** The keys of an index by which another one is known to serve the same, without what they come from. */
export interface WantedKeys {
  readonly method: string
  readonly predicate: string
  /** Compared for equality: their order among each other does not matter. */
  readonly inFront: readonly string[]
  readonly behind: readonly string[]
  /** Numbers of columns that it holds beside its keys. */
  readonly included: readonly number[]
}

/** @param use - what the index would serve; without it, the order of all keys matters. */
export function wantedKeys(definition: IndexDefinition, use?: TableUse): WantedKeys {
  const wanted = definition.keys.map(({ key, order }) => normalKey(key, order))
  const isEqual = ({ key }: IndexKey): boolean =>
    use?.conditions.some(each => each.comparison === 'equal' && each.key?.sql === key.sql) ?? false
  const other = definition.keys.findIndex(each => !isEqual(each))
  const end = other < 0 ? wanted.length : other
  const predicate = normal(textOf(definition.predicate))
  const included = (definition.included ?? []).map(({ number }) => number)
  return { method: definition.method, predicate, inFront: wanted.slice(0, end), behind: wanted.slice(end), included }
}

/** Whether an index begins with these keys, over these rows or all, and holds what is wanted beside them. */
export function isServedBy({ method, predicate, inFront, behind, included }: WantedKeys, index: Index): boolean {
  if (index.method !== method || (index.predicate !== undefined && normal(index.predicate) !== predicate)) return false
  if (!included.every(number => index.columns.includes(number) || index.included.includes(number))) return false
  const keys = keysOf(index)
  const beginning = new Set(keys.slice(0, inFront.length))
  return inFront.every(each => beginning.has(each)) && behind.every((each, at) => keys[inFront.length + at] === each)
}

/** Whether an index has all keys of another one in front, and is of the same kind over the same rows. */
export function beginsWith(long: IndexDefinition, short: IndexDefinition): boolean {
  const [all, front] = [long, short].map(({ keys }) => keys.map(({ key, order }) => normalKey(key, order)))
  return (
    long.method === short.method &&
    textOf(long.predicate) === textOf(short.predicate) &&
    front!.length <= all!.length &&
    front!.every((key, at) => key === all![at])
  )
}

/** The existing index that serves what the definition would serve. */
export function servingIndex(definition: IndexDefinition, use: TableUse, onlyValid = true): Index | undefined {
  const wanted = wantedKeys(definition, use)
  const isServed = (index: Index): boolean =>
    isServedBy(wanted, index) && (index.predicate !== undefined || !isByPredicateAlone(definition, use))
  return definition.table.indexes.find(index => index.isValid === onlyValid && isServed(index))
}

/** Nothing is searched by its keys, and no other index finds what its condition says. */
function isByPredicateAlone(definition: IndexDefinition, use: TableUse): boolean {
  const { predicate } = definition
  if (predicate === undefined || predicate.key !== undefined) return false
  return servedConditions(definition, use).length === 1 && !servesOrder(definition, use)
}

/** The existing indexes that the new one makes superfluous: it begins with all of their keys, and holds what they hold. */
export function redundantIndexes(definition: IndexDefinition): readonly Index[] {
  const { table, keys, method, predicate } = definition
  const held = heldColumns(definition)
  const own = keys.map(({ key, order }) => normalKey(key, order))
  return table.indexes.filter(
    index =>
      predicate === undefined &&
      method === 'btree' &&
      index.method === 'btree' &&
      index.isValid &&
      !index.isUnique &&
      !index.isNeeded &&
      index.predicate === undefined &&
      index.included.every(number => held.has(number)) &&
      index.keys.length <= own.length &&
      keysOf(index).every((key, at) => key === own[at]),
  )
}

function isNullTest(condition: Condition): boolean {
  return textOf(condition).endsWith(' IS NULL)')
}

export function textOf(condition: Condition | undefined): string {
  return condition?.sql?.(number => `$${number}`) ?? ''
}

function withoutParentheses(sql: string): string {
  return /^\([^()]*\)$/.test(sql) ? sql.slice(1, -1) : sql
}
