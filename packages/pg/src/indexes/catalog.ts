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

/** A part of a partitioned table. */
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

/** A table, partitioned table or materialized view. */
export interface Table {
  readonly oid: string
  readonly schema: string
  /** Quoted where the server requires it. */
  readonly quotedSchema: string
  readonly relation: string
  /** `schema.table`, quoted where the server requires it. */
  readonly name: string
  readonly kind: 'table' | 'partitioned' | 'materialized view'
  /** The partitions of a partitioned table, each after the one that it is part of. */
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

const KINDS: Readonly<Record<string, Table['kind']>> = { r: 'table', p: 'partitioned', m: 'materialized view' }

const RELATION = `SELECT c.oid::text AS oid, n.nspname::text AS schema, pg_catalog.quote_ident(n.nspname) AS quoted_schema, c.relname::text AS relation, c.relkind::text AS kind,
  c.relpersistence::text AS persistence, c.relrowsecurity::text AS guarded, pg_catalog.row_security_active(c.oid)::text AS filtered,
  COALESCE(c.reloptions && '{security_barrier=true,security_barrier=on,security_barrier=1}'::text[], false)::text AS barrier, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
  CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) END AS view
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1)`

const SIZE = `SELECT COALESCE(pg_catalog.sum(pg_catalog.pg_relation_size(t.relid)), 0)::text AS bytes,
  COALESCE(pg_catalog.sum(s.n_tup_ins), 0)::text AS inserts, COALESCE(pg_catalog.sum(s.n_tup_upd), 0)::text AS updates, COALESCE(pg_catalog.sum(s.n_tup_del), 0)::text AS deletes,
  COALESCE(pg_catalog.sum(s.n_dead_tup), 0)::text AS dead, COALESCE(pg_catalog.min(s.vacuum_count + s.autovacuum_count) FILTER (WHERE t.isleaf), 0)::text AS vacuums,
  COALESCE(pg_catalog.sum(s.n_mod_since_analyze), 0)::text AS changed, COALESCE(pg_catalog.sum(c.relallvisible)::float8 / NULLIF(pg_catalog.sum(c.relpages), 0), 0)::text AS visible,
  pg_catalog.bool_or(s.last_analyze IS NULL AND s.last_autoanalyze IS NULL) FILTER (WHERE t.isleaf)::text AS unknown,
  COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object('oid', c.oid::text, 'parent', t.parentrelid::text, 'isLowest', t.isleaf, 'isForeign', c.relkind = 'f', 'relation', c.relname, 'name', pg_catalog.format('%I.%I', n.nspname, c.relname), 'quotedSchema',
    pg_catalog.quote_ident(n.nspname)) ORDER BY t.level, c.oid) FILTER (WHERE t.level > 0), '[]')::text AS partitions,
  COALESCE(pg_catalog.sum(pg_catalog.pg_relation_size(c.reltoastrelid)), 0)::text AS apart,
  pg_catalog.sum(CASE WHEN c.reltuples >= 0 AND c.relpages > 0 THEN c.reltuples / c.relpages * (pg_catalog.pg_relation_size(c.oid) / 8192.0) END)::text AS tuples
  FROM (SELECT $1::oid AS relid, 0::oid AS parentrelid, 0 AS level, true AS isleaf WHERE NOT $2
    UNION ALL SELECT relid, parentrelid::oid, level, isleaf FROM pg_catalog.pg_partition_tree($1::oid::regclass) WHERE $2) t
  JOIN pg_catalog.pg_class c ON c.oid = t.relid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid`

// A collation of ICU has no name of a C library, and its database may have one that it does not sort by. Databases know their provider since 15.
const COLUMNS = `SELECT a.attnum::text AS number, a.attname::text AS name, pg_catalog.quote_ident(a.attname) AS quoted, (t.typtype = 'd')::text AS of_domain,
  (WITH RECURSIVE b AS (SELECT t.oid, t.typtype, t.typbasetype, t.typname UNION ALL SELECT u.oid, u.typtype, u.typbasetype, u.typname FROM b
    JOIN pg_catalog.pg_type u ON u.oid = b.typbasetype WHERE b.typtype = 'd') SELECT typname::text FROM b WHERE typtype <> 'd') AS type,
  a.attnotnull::text AS not_null, (a.attgenerated = 'v')::text AS virtual, s.n_distinct::text AS distinct_values, s.null_frac::text AS null_share, s.correlation::text AS correlation, s.avg_width::text AS width,
  (CASE COALESCE(NULLIF(l.collprovider::text, 'd'), pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c') WHEN 'b' THEN true
    WHEN 'c' THEN CASE l.collprovider WHEN 'c' THEN l.collcollate ELSE d.datcollate END IN ('C', 'POSIX') ELSE false END)::text AS byte_sorted,
  (a.attlen = -1 AND a.attstorage <> 'p' AND (a.atttypmod < 0 OR a.atttypmod > 650))::text AS unbounded
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
  LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
  LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = $2 AND s.tablename = $3 AND s.attname = a.attname AND s.inherited = $4
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped`

const INDEXES = `SELECT i.indexrelid::regclass::text AS name, i.indisvalid::text AS valid, i.indisunique::text AS unique, m.amname::text AS method,
  (i.indisreplident OR EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid))::text AS needed,
  (NOT i.indisvalid AND (pg_catalog.pg_is_in_recovery() OR EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_create_index b
    JOIN pg_catalog.pg_locks k ON k.pid = b.pid AND k.database = b.datid AND k.mode = 'ShareUpdateExclusiveLock' AND k.granted
    WHERE k.relation = i.indrelid OR k.relation IN (SELECT relid FROM pg_catalog.pg_partition_tree(i.indrelid)))))::text AS in_building,
  i.indkey::text AS columns, i.indnkeyatts::text AS keys, pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
  (SELECT pg_catalog.json_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
    || CASE WHEN l.oid IS NULL THEN '' ELSE ' COLLATE ' || pg_catalog.quote_ident(l.collname) END
    || CASE WHEN o.opcdefault THEN '' ELSE ' ' || o.opcname END
    || CASE WHEN m.amname = 'btree' THEN (ARRAY['', ' DESC NULLS LAST', ' NULLS FIRST', ' DESC'])[1 + (i.indoption[k - 1] & 3)] ELSE '' END ORDER BY k)
    FROM pg_catalog.generate_series(1, i.indnkeyatts) k JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k - 1]
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]
    LEFT JOIN pg_catalog.pg_collation l ON l.oid = i.indcollation[k - 1] AND CASE WHEN a.attnum IS NOT NULL THEN l.oid <> a.attcollation
      -- What the collation of an expression would be by itself is not in the catalog.
      ELSE pg_catalog.pg_get_indexdef(i.indexrelid) LIKE '% COLLATE %' END)::text AS definitions,
  s.scans::text AS scans, s.bytes::text AS bytes
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam
  -- The index of a partitioned table is searched and stored in its parts.
  CROSS JOIN LATERAL (SELECT pg_catalog.sum(pg_catalog.pg_stat_get_numscans(t.relid)) AS scans, pg_catalog.sum(pg_catalog.pg_relation_size(t.relid)) AS bytes
    FROM (SELECT i.indexrelid AS relid UNION SELECT relid::oid FROM pg_catalog.pg_partition_tree(i.indexrelid)) t) s WHERE i.indrelid = $1::oid`

// Those for reading apply to what is changed as well. Any of the permissive ones will do, and all of the others.
const POLICIES = `SELECT pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS condition, p.polpermissive::text AS permissive FROM pg_catalog.pg_policy p
  WHERE p.polrelid = $1::oid AND p.polcmd IN ('*', 'r') AND p.polqual IS NOT NULL
  AND (p.polroles = '{0}' OR EXISTS (SELECT 1 FROM pg_catalog.unnest(p.polroles) r WHERE pg_catalog.pg_has_role(r, 'USAGE'))) ORDER BY p.polname`

/**
 * What the server knows of a relation, found as the statement finds it: by `search_path` where no schema is given. Undefined for what
 * has no index that lasts: temporary and foreign tables, and what does not exist. Values are read as text: parsers may be replaced.
 */
export async function readRelation(
  server: Server,
  schema: string | undefined,
  relation: string,
): Promise<Table | View | undefined> {
  const path = (schema === undefined ? [relation] : [schema, relation]).map(quoteIdentifier).join('.')
  const [row] = await server.query(RELATION, [path])
  if (row === undefined) return undefined
  if (typeof row['view'] === 'string') return { view: row['view'], isBarrier: row['barrier'] === 'true' }
  const kind = KINDS[String(row['kind'])]
  if (kind === undefined || row['persistence'] === 't') return undefined
  return readTable(server, row, kind)
}

async function readTable(server: Server, row: Row, kind: Table['kind']): Promise<Table> {
  const isPartitioned = kind === 'partitioned'
  const { oid, schema, relation, name } = row as Readonly<Record<string, string>>
  const [size] = await server.query(SIZE, [oid, isPartitioned])
  const columns = await server.query(COLUMNS, [oid, schema, relation, isPartitioned])
  const indexes = await server.query(INDEXES, [oid])
  // As the planner sees it: right also for a table that was never analyzed (reltuples is -1 there).
  const [estimate] = await server.query(`EXPLAIN (FORMAT JSON) SELECT FROM ${isPartitioned ? '' : 'ONLY '}${name}`)
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
    partitions: JSON.parse(textOf(size?.['partitions']) || '[]') as readonly Partition[],
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
    indexes: indexes.map(readIndex),
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
