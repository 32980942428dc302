import { counted } from '@homeostat/signals'
import type { IndexDefinition } from '../../indexes/index-definition.ts'
import { isServedBy, wantedKeys } from '../../indexes/index-definition.ts'
import { readRelation, type Table } from '../../indexes/catalog.ts'
import type { Server } from '../../indexes/server.ts'
import { spaceObstacle } from './build-space.ts'
import type { CreateIndexSettings } from './create-index-options.ts'
import type { IndexLog } from './index-log.ts'
import { ownIndexes } from './own-index.ts'

/** A build waits for every transaction that has begun before it, and with it all that wait for the table. */
const OLDEST_TRANSACTION_S = 5

/** Where builds of others can be seen. */
const OLDEST_VERSION = 120_000
/** What a replica has not replayed yet may be this much: its lag in time alone is unknown while it is idle or stands still. */
const MOST_REPLICA_BYTES = 256 * 2 ** 20

/**
 * Users see the times of others' transactions and of replicas only with `pg_read_all_stats`; that there is a transaction, everybody sees by
 * its lock. Prepared transactions have no process.
 */
const SERVER = `SELECT
  (SELECT count(*)::text FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid AND a.pid <> pg_catalog.pg_backend_pid()
    AND a.xact_start < clock_timestamp() - interval '${OLDEST_TRANSACTION_S} seconds' AND a.backend_type IS DISTINCT FROM 'autovacuum worker')::int
  + (SELECT count(*) FROM pg_catalog.pg_prepared_xacts p WHERE p.database = d.datname)::int AS old,
  (SELECT count(*)::int FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type IS NULL AND a.usesysid IS NOT NULL
    AND EXISTS (SELECT 1 FROM pg_catalog.pg_locks l WHERE l.pid = a.pid AND l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock')) AS hidden,
  (SELECT count(*)::int FROM pg_catalog.pg_stat_progress_create_index b WHERE b.datid = d.oid AND b.pid <> pg_catalog.pg_backend_pid()) AS builds
  FROM pg_catalog.pg_database d WHERE d.datname = current_database()`

/** A replica that has replayed all has no lag in time; one that is gone has no row, but a slot where the server waits for it. */
const REPLICAS = `SELECT count(*) FILTER (WHERE state IS NULL)::int AS hidden,
  COALESCE(max(extract(epoch FROM replay_lag)) * 1000, 0)::float8 AS lag, count(*) FILTER (WHERE state = 'catchup')::int AS behind,
  COALESCE(max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn)), 0)::float8 AS bytes,
  (SELECT count(*)::int FROM pg_catalog.pg_replication_slots s WHERE s.slot_type = 'physical' AND NOT s.active AND s.restart_lsn IS NOT NULL) AS gone
  FROM pg_catalog.pg_stat_replication WHERE state IS DISTINCT FROM 'backup'`

const TABLE = `SELECT c.relkind::text AS kind, c.relpersistence::text AS persistence, pg_catalog.pg_relation_size(c.oid)::text AS bytes,
  pg_catalog.pg_has_role(c.relowner, 'USAGE')::text AS owned, pg_catalog.has_schema_privilege(n.oid, 'CREATE')::text AS creatable,
  EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND NOT i.indisvalid)::text AS broken
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid`

/** Why no index may be built on this server now, in one line; undefined when one may. */
export async function serverObstacle(server: Server, settings: CreateIndexSettings): Promise<string | undefined> {
  const [version] = await server.query("SELECT current_setting('server_version_num')::int AS number")
  if (Number(version?.['number']) < OLDEST_VERSION) return 'Postgres before version 12 does not show builds of others'
  const [row] = await server.query(SERVER)
  if (Number(row?.['hidden']) > 0)
    return 'how old transactions of other users are cannot be seen: GRANT pg_read_all_stats to the user of the application'
  if (Number(row?.['old']) > 0) return `a transaction is older than ${OLDEST_TRANSACTION_S} s, and a build waits for it`
  if (Number(row?.['builds']) > 0) return 'somebody builds an index of this database'
  return replicaObstacle(server, settings)
}

/** The same as to replicas alone, which a build burdens while it runs. */
export async function replicaObstacle(
  server: Server,
  { maxReplicaLagMs }: CreateIndexSettings,
): Promise<string | undefined> {
  const [row] = await server.query(REPLICAS)
  if (Number(row?.['hidden']) > 0)
    return 'the lag of the replicas cannot be seen: GRANT pg_read_all_stats to the user of the application'
  if (Number(row?.['gone']) > 0)
    return 'a replica is gone whose replication slot is still there: the server keeps all WAL for it'
  if (Number(row?.['bytes']) > MOST_REPLICA_BYTES)
    return `a replica has ${Math.round(Number(row?.['bytes']) / 2 ** 20)} MiB to replay`
  const lagMs = Number(row?.['lag'])
  if (Number(row?.['behind']) > 0 || lagMs > maxReplicaLagMs)
    return `a replica is ${Math.round(lagMs)} ms behind, more than ${maxReplicaLagMs} ms`
  return undefined
}

/** Why the table gets no index; undefined when it gets one. */
export async function tableObstacle(
  server: Server,
  definition: IndexDefinition,
  settings: CreateIndexSettings,
): Promise<string | undefined> {
  const { schemas, maxTableBytes, maxPerTable } = settings
  const { table } = definition
  if (!schemas.includes(table.schema)) return `its schema is not one of pg.createIndex.schemas`
  const [row] = await server.query(TABLE, [table.oid])
  if (row === undefined) return 'the table is gone'
  if (table.kind !== 'table' || row['kind'] !== 'r')
    return `the kind of the table is '${table.kind}', whose index is not built concurrently in one piece`
  if (row['persistence'] !== 'p') return 'the table is temporary or not logged'
  if (Number(row['bytes']) > maxTableBytes) return `the table is larger than ${maxTableBytes} bytes`
  if (row['owned'] !== 'true') return 'the user of the application does not own the table'
  if (row['creatable'] !== 'true') return 'the user of the application may not create in the schema of the table'
  if (row['broken'] === 'true') return 'the table has an index that is not valid'
  const own = (await ownIndexes(server)).filter(({ tableOid }) => tableOid === table.oid)
  if (own.length >= maxPerTable)
    return `the table has ${counted(own.length, 'index', 'indexes')} of query.createIndex already`
  const now = await readNow(server, table)
  const wanted = wantedKeys(definition)
  if (now?.indexes.some(index => isServedBy(wanted, index))) return 'there is such an index by now'
  return spaceObstacle(server, definition, settings)
}

/** Why it is too early for another index; undefined when it is not. */
export async function timeObstacle(log: IndexLog, { minIntervalMs }: CreateIndexSettings): Promise<string | undefined> {
  return (await log.idleMs()) < minIntervalMs ? `the last index was begun less than ${minIntervalMs} ms ago` : undefined
}

/** Rows that were written to the table since the server's statistics began. */
export async function writtenRows(server: Server, table: Table): Promise<number> {
  const text =
    'SELECT (n_tup_ins + n_tup_upd + n_tup_del)::text AS rows FROM pg_catalog.pg_stat_all_tables WHERE relid = $1::oid'
  const [row] = await server.query(text, [table.oid])
  return Number(row?.['rows'] ?? 0)
}

async function readNow(server: Server, { schema, relation }: Table): Promise<Table | undefined> {
  const found = await readRelation(server, schema, relation)
  return found === undefined || 'view' in found ? undefined : found
}
