import type { Column, Index, Table } from './catalog.ts'
import {
  bodyOf,
  servedConditions,
  servesOrder,
  servingIndex,
  type IndexDefinition,
  type IndexKey,
} from './index-definition.ts'
import { directionOf, type Condition, type Key, type SortKey, type TableUse } from './table-use.ts'

/** Indexes that help together: one, or one for each arm of an OR. */
export interface Proposal {
  readonly indexes: readonly IndexDefinition[]
  readonly use: TableUse
  /** Conditions of which one has to hold: each is found by an index of its own, one of these or an existing one. */
  readonly arms?: readonly Condition[]
}

/** Further columns widen the index more than they narrow the search. */
const MAX_KEYS = 4

/** What the server knows of functions. */
export interface Abilities {
  isImmutable(key: Key): boolean
}

/**
 * The indexes that might serve what a statement asks of a table, without those that another index serves already.
 *
 * @param most - besides those for alternatives
 */
export function proposalsFor(use: TableUse, abilities: Abilities, most: number): readonly Proposal[] {
  const known = new Set<string>()
  const single = definitionsFor(use, abilities).flatMap(definition => {
    const body = bodyOf(definition)
    if (known.has(body) || servingIndex(definition, use) !== undefined) return []
    known.add(body)
    return isUnique(definition, use) ? [] : [{ indexes: [definition], use }]
  })
  return [...single.slice(0, most), ...alternativesOf(use, abilities)]
}

/** The indexes that narrow the search for the rows, or give the order of which the first are wanted. */
export function definitionsFor(use: TableUse, abilities: Abilities): readonly IndexDefinition[] {
  const conditions = use.conditions.filter(({ key }) => key === undefined || isUsable(key, abilities))
  return [
    ...plainDefinitions(use, conditions, undefined),
    ...conditions.filter(isPredicate).flatMap(predicate =>
      plainDefinitions(
        use,
        conditions.filter(each => each !== predicate),
        predicate,
      ),
    ),
    ...invertedDefinitions(use.table, conditions),
    ...hashDefinitions(use.table, conditions),
  ].filter(definition => servedConditions(definition, use).length > 0 || servesOrder(definition, use))
}

function plainDefinitions(
  use: TableUse,
  conditions: readonly Condition[],
  predicate: Condition | undefined,
): readonly IndexDefinition[] {
  const { table } = use
  const plain = conditions.filter(({ key }) => key && key.method === undefined)
  const equal = plain.filter(({ comparison, isJoin }) => !isJoin && (comparison === 'equal' || comparison === 'list'))
  const joins = unique(
    plain
      .filter(({ comparison, isJoin }) => isJoin && (comparison === 'equal' || comparison === 'list'))
      .map(({ key }) => key!),
  )
  const single = unique(byDistinct(equal.filter(({ comparison }) => comparison === 'equal')).flatMap(keysOf))
  const all = unique([...single, ...byDistinct(equal).flatMap(keysOf)])
  const ranges = plain.filter(({ comparison }) => comparison === 'range').map(keysOf)
  const sorted = use.sort.map(({ key }) => key)
  const orders: readonly (readonly Key[])[] = sorted.length > 0 && use.isLimited ? [sorted] : []
  const tails: readonly (readonly Key[])[] = [...orders, ...ranges, []]
  const starts: readonly (readonly Key[])[] = [all, single, ...all.map(key => [key]), ...pairsOf(all)]
  const lists = [
    ...starts.flatMap(start => tails.map(tail => [...start, ...tail])),
    ...joins.flatMap(join => [
      [join],
      ...[all, single].flatMap(start =>
        tails.flatMap(tail => [
          [join, ...start, ...tail],
          [...start, join, ...tail],
        ]),
      ),
    ]),
    ...(joins.length > 1 ? [joins, [...joins, ...all]] : []),
    // Only some of the values of a list are wanted in order: the index is read in that order, and filtered.
    ...orders.flatMap(order => [[...order, ...all], ...ranges.map(range => [...order, ...range])]),
    ...ranges.flatMap(range => ranges.map(further => [...all, ...range, ...further])),
  ]
  // A partial index whose condition says all needs some key: the shortest that the table has.
  const shortest =
    predicate === undefined ? [] : [[sorted[0] ?? primaryKey(table) ?? predicate.key].filter(key => key !== undefined)]
  const kept = predicate === undefined ? {} : { predicate }
  return [...lists, ...shortest].flatMap(list => {
    const keys = unique(list).slice(0, MAX_KEYS)
    if (keys.length === 0) return []
    return [{ table, method: 'btree' as const, keys: directed(keys, use.sort), ...kept }]
  })
}

/** Texts that are too long for a btree are found by their hash. */
function hashDefinitions(table: Table, conditions: readonly Condition[]): readonly IndexDefinition[] {
  return conditions.flatMap(({ key, comparison }) =>
    key?.column?.mayBeLong && key.method === undefined && (comparison === 'equal' || comparison === 'list')
      ? [{ table, method: 'hash' as const, keys: [{ key, order: '' }] }]
      : [],
  )
}

function invertedDefinitions(table: Table, conditions: readonly Condition[]): readonly IndexDefinition[] {
  return conditions.flatMap(({ key }) =>
    key?.method ? [{ table, method: key.method, keys: [{ key, order: '' }] }] : [],
  )
}

/** One index for each arm, so that the server reads several and joins what it finds. */
function alternativesOf(use: TableUse, abilities: Abilities): readonly Proposal[] {
  return use.alternatives.flatMap(arms => {
    if (arms.some(({ key }) => !key || !isUsable(key, abilities))) return []
    const indexes = unique(arms.map(({ key }) => key!)).map(key => ({
      table: use.table,
      method: key.method ?? ('btree' as const),
      keys: [{ key, order: '' }],
    }))
    const missing = indexes.filter(index => servingIndex(index, use) === undefined)
    return missing.length > 0 && arms.length <= 4 ? [{ indexes: missing, use, arms }] : []
  })
}

/** How many conditions the indexes serve, and orders. */
export function servedBy({ indexes, use }: Proposal): number {
  return indexes.reduce((sum, index) => sum + servedConditions(index, use).length + Number(servesOrder(index, use)), 0)
}

/** A unique index finds the row already. */
export function isUnique({ table, keys }: IndexDefinition, { conditions }: TableUse): boolean {
  const equal = keys.flatMap(({ key: { sql, column } }) =>
    column && conditions.some(each => each.comparison === 'equal' && each.key?.sql === sql) ? [column.number] : [],
  )
  const finds = ({ isUnique: is, isValid, predicate, columns }: Index): boolean =>
    is && isValid && predicate === undefined && columns.every(number => equal.includes(number))
  return table.indexes.some(finds)
}

function isUsable(key: Key, abilities: Abilities): boolean {
  return abilities.isImmutable(key)
}

const SHAPE = / IS (?:(?:NOT )?NULL|NOT (?:TRUE|FALSE)|DISTINCT FROM (?:true|false))\)$/
const SHAPE_OF_COLUMN = new RegExp(`^\\((?:[a-z_][a-z0-9_]*|"(?:[^"]|"")*")${SHAPE.source}`)

/** Written into the statement, and about NULL, or a column that is true or false. */
function isPredicate(condition: Condition): boolean {
  if (!condition.isFixed || condition.isJoin || condition.sql === undefined) return false
  const sql = condition.sql(() => '')
  if (sql === undefined || /'|\b\d/.test(sql.replaceAll(/"[^"]*"/g, ''))) return false
  // A condition without a key may depend on more than the row, unless it is about a column.
  if (SHAPE.test(sql)) return condition.key !== undefined || SHAPE_OF_COLUMN.test(sql)
  // Never a value of the statement: the definition of an index is shown outside of the process.
  return condition.comparison === 'equal' && condition.key?.column?.type === 'bool'
}

function primaryKey({ indexes, columns }: Table): Key | undefined {
  const number = indexes.find(index => index.isUnique && index.isNeeded && index.columns.length === 1)?.columns[0]
  const column = [...columns.values()].find(each => each.number === number)
  return column && keyOfColumn(column)
}

export function keyOfColumn(column: Column): Key {
  return { sql: column.quoted, columns: [column], column, functions: [] }
}

/** Directions matter only where they differ from each other: an index is read in both. */
function directed(keys: readonly Key[], sort: readonly SortKey[]): readonly IndexKey[] {
  const own = keys.map(key => sort.find(each => each.key.sql === key.sql))
  const known = own.filter(each => each !== undefined)
  const isMixed = known.some(each => each.isDescending !== known[0]?.isDescending) || known.some(each => each.isUnusual)
  return keys.map((key, at) => {
    const each = own[at]
    return { key, order: isMixed && each !== undefined ? directionOf(each) : '' }
  })
}

function keysOf({ key, more = [] }: Condition): readonly Key[] {
  return key === undefined ? more : [key, ...more]
}

function byDistinct(conditions: readonly Condition[]): readonly Condition[] {
  const distinct = ({ key }: Condition): number => key?.column?.distinct ?? 0
  return conditions.toSorted((a, b) => distinct(b) - distinct(a))
}

function pairsOf(keys: readonly Key[]): readonly (readonly Key[])[] {
  return keys.length < 3 ? [] : keys.flatMap((a, at) => keys.slice(at + 1).map(b => [a, b]))
}

function unique(keys: readonly Key[]): readonly Key[] {
  return keys.filter((key, at) => keys.findIndex(each => each.sql === key.sql) === at)
}
