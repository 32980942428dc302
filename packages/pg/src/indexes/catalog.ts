import { COLUMNS, INDEXES, POLICIES, RELATION, SIZE } from './catalog-queries.ts'
import { quoteIdentifier } from './print.ts'
import { planOf } from './plan.ts'
import type { Row, Server } from './server.ts'
import { textOf } from './tree.ts'

/** A column, as far as an index on it is judged. */
export interface Column {
  readonly number: number
  readonly name: string
  /** Quoted where the server requires it. */
  readonly quoted: string
  /** That of the values; of a domain the type that it narrows. */
  readonly type: string
  readonly isOfDomain: boolean
  readonly isNotNull: boolean
  /** Whether its texts are sorted byte by byte, so that an ordinary index serves `LIKE 'x%'`. */
  readonly isByteSorted: boolean
  /** How many distinct values the server's statistics expect; undefined without statistics. */
  readonly distinct: number | undefined
  /** The share of NULL. */
  readonly nullShare: number
  /** How far the order of its values is that of the table's rows, from -1 to 1; 0 where it is not known. */
  readonly correlation: number
  /** Bytes of a value on average. */
  readonly width: number
  /** Computed whenever it is read, so that it cannot be indexed: Postgres has such columns since 18. */
  readonly isVirtual: boolean
  /** Whether its type lets values be of any length. */
  readonly isUnbounded: boolean
  /** Whether values may be longer than an index takes: those of more than about 2,000 bytes are stored apart. */
  readonly mayBeLong: boolean
}

/** An index that exists. */
export interface Index {
  readonly name: string
  readonly isValid: boolean
  /** Not valid, and somebody builds an index of the table, or of one of its partitions, at this moment; on a replica that cannot be seen. */
  readonly mayBeInBuilding: boolean
  readonly isUnique: boolean
  /** Behind a constraint, or the identity of rows for replication. */
  readonly isNeeded: boolean
  readonly method: string
  /** Column numbers in order, without the included ones; 0 for an expression. */
  readonly columns: readonly number[]
  /** Column numbers that it holds beside its keys, in ascending order. */
  readonly included: readonly number[]
  /** Each key as the server prints it, with its collation where that is not the one of the column, its operator class and its order. */
  readonly keys: readonly string[]
  /** The condition of a partial index, as the server prints it. */
  readonly predicate: string | undefined
  readonly scans: number
  readonly bytes: number
}

/** A part of a partitioned table, or a table that inherits from one. */
export interface Partition {
  readonly oid: string
  /** The oid of what it is part of: the table, or another partition. */
  readonly parent: string
  /** It has no partitions itself. */
  readonly isLowest: boolean
  /** Its rows are on another server. */
  readonly isForeign: boolean
  readonly relation: string
  /** `schema.table`, and the schema alone, quoted where the server requires it. */
  readonly name: string
  readonly quotedSchema: string
}

export type TableKind =
  | 'table'
  | 'materialized view'
  | 'partitioned'
  /** A table that others inherit from, with the rows of all. Each has indexes of its own. */
  | 'inherited'
  /** The same, of TimescaleDB, which makes the indexes of all. */
  | 'hypertable'

/** A table, partitioned table or materialized view. */
export interface Table {
  readonly oid: string
  readonly schema: string
  /** Quoted where the server requires it. */
  readonly quotedSchema: string
  readonly relation: string
  /** `schema.table`, quoted where the server requires it. */
  readonly name: string
  readonly kind: TableKind
  /** The partitions of a partitioned table, the heirs of an inherited one or the chunks of a hypertable, each after the one that it is part of. */
  readonly partitions: readonly Partition[]
  readonly bytes: number
  /** The planner's estimate. */
  readonly rows: number
  /** The share of its pages whose rows everybody sees, so that an index alone answers for them. */
  readonly visibleShare: number
  /** Rows written since the statistics began. */
  readonly inserts: number
  readonly updates: number
  readonly deletes: number
  /** Rows that were updated or deleted and not cleared away yet. */
  readonly dead: number
  /** How often the table was vacuumed since the statistics began; of its parts, the one that was least often. */
  readonly vacuums: number
  /** Row-level security adds conditions to each statement. */
  readonly hasPolicies: boolean
  /** The conditions that it adds to those of this role, as the server prints them. */
  readonly policies: readonly string[]
  /** The planner's estimate of the rows that the policies show to the role; all without policies. */
  readonly shownRows: number
  /** Rows written since the server last looked at the values of the table. */
  readonly changed: number
  /** The server has never looked at them. */
  readonly isUnknown: boolean
  readonly columns: ReadonlyMap<string, Column>
  readonly indexes: readonly Index[]
}

/** Whether its rows are those of its partitions or heirs as well. */
export function hasParts({ kind }: Pick<Table, 'kind'>): boolean {
  return kind !== 'table' && kind !== 'materialized view'
}

/** The tables that inherit from it and can have an index. */
export function heirsOf({ kind, partitions }: Pick<Table, 'kind' | 'partitions'>): readonly Partition[] {
  return kind === 'partitioned' ? [] : partitions.filter(({ isForeign }) => !isForeign)
}

/** Whether some of its rows are on another server, which reading a sample would read from end to end. */
export function hasForeignPartition({ partitions }: Table): boolean {
  return partitions.some(({ isForeign }) => isForeign)
}

/** A view, with its statement. */
export interface View {
  readonly view: string
  /** Conditions from outside that might tell what they are given apply behind its own alone. */
  readonly isBarrier: boolean
}

/** The kinds of `pg_class` that have rows and permanent indexes. */
const KINDS: Readonly<Record<string, TableKind>> = { r: 'table', p: 'partitioned', m: 'materialized view' }
/** The schema of the chunks of hypertables. */
const CHUNKS = '_timescaledb_internal'

/**
 * What the server knows of a relation, found as the statement finds it: by `search_path` where no schema is given. Undefined for what
 * has no index that lasts: temporary and foreign tables, and what does not exist. Values are read as text: parsers may be replaced.
 *
 * @param isAlone - without the tables that inherit from it, as with ONLY and in a plan @default true
 */
export async function readRelation(
  server: Server,
  schema: string | undefined,
  relation: string,
  isAlone = true,
): Promise<Table | View | undefined> {
  const path = (schema === undefined ? [relation] : [schema, relation]).map(quoteIdentifier).join('.')
  const [row] = await server.query(RELATION, [path])
  if (row === undefined) return undefined
  if (typeof row['view'] === 'string') return { view: row['view'], isBarrier: row['barrier'] === 'true' }
  const kind = KINDS[String(row['kind'])]
  if (kind === undefined || row['persistence'] === 't') return undefined
  return readTable(server, row, kind, isAlone)
}

async function readTable(server: Server, row: Row, plainKind: TableKind, isAlone: boolean): Promise<Table> {
  const { oid, schema, relation, name } = row as Readonly<Record<string, string>>
  const [size] = await server.query(SIZE, [oid, hasParts({ kind: plainKind }) || !isAlone])
  const partitions = JSON.parse(textOf(size?.['partitions']) || '[]') as readonly Partition[]
  const kind = kindWith(partitions, plainKind)
  const isWhole = hasParts({ kind })
  const columns = await server.query(COLUMNS, [oid, schema, relation, isWhole])
  const heirs = kind === 'inherited' ? heirsOf({ kind, partitions }).map(each => each.oid) : []
  const indexes = await server.query(INDEXES, [[oid, ...heirs]])
  // As the planner sees it: right also for a table that was never analyzed (reltuples is -1 there).
  const [estimate] = await server.query(`EXPLAIN (FORMAT JSON) SELECT FROM ${isWhole ? '' : 'ONLY '}${name}`)
  const shownRows = planOf(estimate)?.['Plan Rows'] ?? 0
  const isFiltered = row['filtered'] === 'true'
  const rows = isFiltered && size?.['tuples'] ? Math.round(Number(size['tuples'])) : shownRows
  const policies = isFiltered ? await server.query(POLICIES, [oid]) : []
  const hasLong = Number(size?.['apart']) > 0
  return {
    oid: oid!,
    schema: schema!,
    quotedSchema: String(row['quoted_schema']),
    relation: relation!,
    name: name!,
    kind,
    partitions,
    bytes: Number(size?.['bytes']),
    rows,
    visibleShare: Math.min(1, Number(size?.['visible'] ?? 0)),
    inserts: Number(size?.['inserts']),
    updates: Number(size?.['updates']),
    deletes: Number(size?.['deletes']),
    dead: Number(size?.['dead']),
    vacuums: Number(size?.['vacuums']),
    hasPolicies: row['guarded'] === 'true',
    policies: conditionsOf(policies),
    shownRows,
    changed: Number(size?.['changed']),
    // A crash loses the counts, and not what the server knows of the values.
    isUnknown: size?.['unknown'] === 'true' && columns.every(column => column['distinct_values'] === null),
    columns: new Map(columns.map(column => [String(column['name']), readColumn(column, rows, hasLong)])),
    indexes: sharedIndexes(indexes, heirs),
  }
}

function conditionsOf(policies: readonly Row[]): readonly string[] {
  const [permissive, restrictive] = ['true', 'false'].map(kind =>
    policies.filter(each => each['permissive'] === kind).map(each => String(each['condition'])),
  )
  return [...(permissive!.length > 0 ? [permissive!.map(each => `(${each})`).join(' OR ')] : []), ...restrictive!]
}

function readColumn(row: Row, rows: number, hasLong: boolean): Column {
  const distinct = row['distinct_values'] === null ? undefined : Number(row['distinct_values'])
  return {
    number: Number(row['number']),
    name: String(row['name']),
    quoted: String(row['quoted']),
    type: String(row['type']),
    isOfDomain: row['of_domain'] === 'true',
    isNotNull: row['not_null'] === 'true',
    isByteSorted: row['byte_sorted'] === 'true',
    // Negative: a share of the rows. Source: PostgreSQL manual, pg_stats.
    distinct: distinct === undefined || distinct >= 0 ? distinct : -distinct * rows,
    nullShare: Number(row['null_share'] ?? 0),
    correlation: Number(row['correlation'] ?? 0),
    width: Number(row['width'] ?? 8),
    isVirtual: row['virtual'] === 'true',
    isUnbounded: row['unbounded'] === 'true',
    mayBeLong: hasLong && row['unbounded'] === 'true',
  }
}

function kindWith(partitions: readonly Partition[], kind: TableKind): TableKind {
  if (kind !== 'table' || partitions.length === 0) return kind
  return partitions.some(each => each.quotedSchema === CHUNKS) ? 'hypertable' : 'inherited'
}

/** The indexes of a table that each of its heirs has as well, with how often all of them were searched and what they take. */
function sharedIndexes(rows: readonly Row[], heirs: readonly string[]): readonly Index[] {
  const isAlike = (one: Row, other: Row): boolean =>
    ['method', 'definitions', 'predicate', 'valid'].every(name => one[name] === other[name])
  const own = rows.filter(({ relation }) => !heirs.includes(String(relation)))
  return own.flatMap(row => {
    const ofHeirs = heirs.map(heir => rows.find(each => each['relation'] === heir && isAlike(row, each)))
    const alike = ofHeirs.filter(each => each !== undefined)
    if (alike.length < heirs.length) return []
    const all = [row, ...alike].map(readIndex)
    const sum = (part: 'scans' | 'bytes'): number => all.reduce((total, each) => total + each[part], 0)
    return [{ ...all[0]!, scans: sum('scans'), bytes: sum('bytes') }]
  })
}

function readIndex(row: Row): Index {
  const columns = String(row['columns']).split(' ').map(Number)
  const keys = Number(row['keys'])
  return {
    name: String(row['name']),
    isValid: row['valid'] === 'true',
    mayBeInBuilding: row['in_building'] === 'true',
    isUnique: row['unique'] === 'true',
    isNeeded: row['needed'] === 'true',
    method: String(row['method']),
    columns: columns.slice(0, keys),
    included: columns.slice(keys).toSorted((a, b) => a - b),
    keys: JSON.parse(textOf(row['definitions']) || '[]') as readonly string[],
    predicate: textOf(row['predicate']) || undefined,
    scans: Number(row['scans']),
    bytes: Number(row['bytes']),
  }
}
