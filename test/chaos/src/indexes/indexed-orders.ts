import type { Client } from 'pg'

/** The statement that lacks an index. */
export const READ = 'SELECT * FROM orders WHERE customer_id = $1'

/** Those of somebody else: one with a name like ours, and one with a comment like ours. */
const FOREIGN = ['homeostat_auto_orders_note_0123456789ab', 'orders_note_of_somebody'] as const
const OUR_COMMENT =
  'homeostat: trial since 2026-01-01T00:00:00.000Z for slow SELECT orders, fingerprint 0123456789abcdef'

export async function createOrders(client: Client): Promise<void> {
  await client.query(
    "CREATE TABLE orders AS SELECT i AS id, i % 2000 AS customer_id, repeat('x', 60) AS note FROM generate_series(1, 20000) i",
  )
  for (const name of FOREIGN) await client.query(`CREATE INDEX ${name} ON orders (left(note, 1))`)
  await client.query(`COMMENT ON INDEX ${FOREIGN[1]} IS '${OUR_COMMENT}'`)
  await client.query('VACUUM ANALYZE orders')
}

/** Where an index of ours is in its life. */
export type Phase = 'create' | 'verify' | 'drop'

/** What there is of `query.createIndex` in the database now. */
export interface IndexState {
  readonly phase: Phase | undefined
  /** Indexes that are not valid, and indexes of ours whose trial goes on or whose end was never written down. */
  readonly invalid: number
  readonly orphans: number
  /** Indexes of somebody else that are as they were. */
  readonly foreign: number
}

const STATE = `SELECT
  (SELECT count(*)::int FROM pg_index WHERE NOT indisvalid) AS invalid,
  (SELECT count(*)::int FROM pg_class WHERE relkind = 'i' AND relname LIKE 'homeostat\\_auto\\_%' AND relname <> ALL ($1)) AS own,
  (SELECT count(*)::int FROM pg_class WHERE relkind = 'i' AND relname LIKE 'homeostat\\_auto\\_%' AND relname <> ALL ($1)
    AND COALESCE(obj_description(oid, 'pg_class'), '') NOT LIKE 'homeostat: kept%') AS unjudged,
  (SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'homeostat' AND state = 'active' AND query LIKE 'DROP INDEX%') AS drops,
  (SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'homeostat' AND state = 'active' AND query LIKE 'CREATE INDEX%') AS creates,
  (SELECT count(*)::int FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE relname = ANY ($1) AND indisvalid
    AND obj_description(c.oid, 'pg_class') IS NOT DISTINCT FROM CASE WHEN relname = $2 THEN $3 END) AS foreign_ones`

export async function stateOf(client: Client): Promise<IndexState> {
  const { rows } = await client.query<
    Record<'invalid' | 'own' | 'unjudged' | 'drops' | 'creates' | 'foreign_ones', number>
  >(STATE, [FOREIGN, FOREIGN[1], OUR_COMMENT])
  const { invalid, own, unjudged, drops, creates, foreign_ones: foreign } = rows[0]!
  const { rows: open } = await client
    .query('SELECT 1 FROM homeostat_index WHERE outcome IS NULL')
    .catch(() => ({ rows: [] }))
  const phase = drops > 0 ? 'drop' : creates > 0 ? 'create' : own > 0 ? 'verify' : undefined
  return { phase, invalid, orphans: Math.max(unjudged, open.length), foreign }
}

export const FOREIGN_COUNT: number = FOREIGN.length
