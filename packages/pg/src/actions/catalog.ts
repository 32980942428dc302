import type { DedicatedClient, Row } from './dedicated-client.ts'
import { readPlan } from './plan.ts'

export interface Column {
  readonly number: number
  /** Quoted where the server requires it. */
  readonly quoted: string
  readonly type: string
  /** How many distinct values the server's statistics expect; undefined without statistics. */
  readonly distinct: number | undefined
}

export interface Index {
  readonly name: string
  readonly isValid: boolean
  /** A btree over all rows; others do not serve any comparison. */
  readonly isPlain: boolean
  /** Column numbers in order; 0 for an expression. */
  readonly columns: readonly number[]
}

export interface Table {
  /** `schema.table`, quoted where the server requires it. */
  readonly name: string
  /** An ordinary, permanent table that is not a partition. */
  readonly isOrdinary: boolean
  readonly bytes: number
  /** The planner's estimate. */
  readonly rows: number
  readonly columns: ReadonlyMap<string, Column>
  readonly indexes: readonly Index[]
}

const TABLE = `SELECT c.oid::text AS oid, c.relkind::text AS kind, c.relpersistence::text AS persistence, c.relispartition::text AS partition,
  pg_catalog.pg_relation_size(c.oid)::text AS bytes, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`

const COLUMNS = `SELECT a.attnum::text AS number, a.attname::text AS name, pg_catalog.quote_ident(a.attname) AS quoted, t.typname::text AS type, s.n_distinct::text AS distinct_values
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = $2 AND s.tablename = $3 AND s.attname = a.attname AND NOT s.inherited
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped`

const INDEXES = `SELECT i.indexrelid::regclass::text AS name, i.indisvalid::text AS valid, (i.indpred IS NULL AND m.amname = 'btree')::text AS plain, i.indkey::text AS columns, i.indnkeyatts::text AS keys
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam WHERE i.indrelid = $1::oid`

/** What the server knows of a table; undefined when it does not know the table. Values are read as text: parsers may be replaced. */
export async function readTable(client: DedicatedClient, schema: string, table: string): Promise<Table | undefined> {
  const [row] = await client.query(TABLE, [schema, table])
  if (row === undefined) return undefined
  const columns = await client.query(COLUMNS, [row['oid'], schema, table])
  const indexes = await client.query(INDEXES, [row['oid']])
  const name = String(row['name'])
  // As the planner sees it: right also for a table that was never analyzed (reltuples is -1 there).
  const [estimate] = await client.query(`EXPLAIN (FORMAT JSON) SELECT FROM ONLY ${name}`)
  const rows = readPlan(estimate?.['QUERY PLAN'])?.['Plan Rows'] ?? 0
  return {
    name,
    isOrdinary: row['kind'] === 'r' && row['persistence'] === 'p' && row['partition'] === 'false',
    bytes: Number(row['bytes']),
    rows,
    columns: new Map(columns.map(column => [String(column['name']), readColumn(column, rows)])),
    indexes: indexes.map(readIndex),
  }
}

function readColumn(row: Row, rows: number): Column {
  const distinct = row['distinct_values'] === null ? undefined : Number(row['distinct_values'])
  return {
    number: Number(row['number']),
    quoted: String(row['quoted']),
    type: String(row['type']),
    // Negative: a share of the rows. Source: PostgreSQL manual, pg_stats.
    distinct: distinct === undefined || distinct >= 0 ? distinct : -distinct * rows,
  }
}

function readIndex(row: Row): Index {
  return {
    name: String(row['name']),
    isValid: row['valid'] === 'true',
    isPlain: row['plain'] === 'true',
    columns: String(row['columns']).split(' ').slice(0, Number(row['keys'])).map(Number),
  }
}
