import type { Advice } from '@homeostat/optimizer'
import type { Table } from '../indexes/catalog.ts'
import { count, mib } from '../indexes/index-advice.ts'
import type { Server } from '../indexes/server.ts'
import { PAGE_BYTES } from '../indexes/table-source.ts'

/** The server's own `autovacuum_vacuum_scale_factor` of a fifth, and a margin. */
const DEAD_SHARE = 0.3
/** How often larger than its rows a table is, and what is wasted at least, in bytes. */
const TOO_LARGE = 2
const LEAST_WASTED = 16 * 2 ** 20
/** The head of a row, its pointer, and the alignment of its values. Source: PostgreSQL manual, "Database Page Layout". */
const ROW_BYTES = 32
const FILLED_BYTES = 8_168

const STATE = `SELECT s.n_live_tup::text AS live, s.n_dead_tup::text AS dead, (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - GREATEST(s.last_vacuum, s.last_autovacuum)))::text AS vacuumed,
  COALESCE((SELECT pg_catalog.array_to_string(c.reloptions, ' ') FROM pg_catalog.pg_class c WHERE c.oid = s.relid), '') AS options,
  (SELECT pg_catalog.max(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start))::text FROM pg_catalog.pg_stat_activity a
    WHERE a.backend_xmin IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid() AND a.datname = pg_catalog.current_database()) AS oldest
  FROM pg_catalog.pg_stat_all_tables s WHERE s.relid = $1::oid`

/** Space and time that go to rows which are dead, or to space that rows have left. */
export async function deadRows(server: Server, table: Table): Promise<readonly Advice[]> {
  if (table.kind !== 'table') return []
  const [row] = await server.query(STATE, [table.oid])
  if (row === undefined) return []
  const [live, dead] = [Number(row['live']), Number(row['dead'])]
  const share = dead / Math.max(1, live + dead)
  const needed = bytesNeeded(table)
  const isLarge = needed !== undefined && table.bytes > needed * TOO_LARGE && table.bytes - needed > LEAST_WASTED
  if (share < DEAD_SHARE && !isLarge) return []
  const size = needed === undefined ? mib(table.bytes) : `${mib(table.bytes)} for rows that need about ${mib(needed)}`
  const why = [
    `${count(100 * share)} % of its rows are dead (${count(dead)} of ${count(live + dead)}, as the server counts them), it has ${size}, estimated from the widths of its columns`,
    row['vacuumed'] === null ? 'it has never been vacuumed' : `it was vacuumed ${ago(Number(row['vacuumed']))} ago`,
    ...(/autovacuum_enabled=(?:off|false)/.test(String(row['options'])) ? ['autovacuum is off for it'] : []),
    // Less than a minute keeps nothing from being removed for long.
    ...(Number(row['oldest'] ?? 0) > 60
      ? [`a transaction that has been open for ${ago(Number(row['oldest']))} keeps dead rows from being removed`]
      : []),
    ...(share < DEAD_SHARE
      ? [
          'VACUUM gives such space to new rows and not back: VACUUM FULL or pg_repack does, the former with the table locked',
        ]
      : []),
  ]
  return [{ what: `vacuum ${table.name}`, why: why.join('; '), statement: `VACUUM (ANALYZE) ${table.name}` }]
}

/** Without what is stored apart. Undefined where the server knows too little of the values. */
function bytesNeeded({ rows, columns, isUnknown }: Table): number | undefined {
  if (isUnknown || rows === 0) return undefined
  const width = [...columns.values()].reduce((sum, column) => sum + column.width * (1 - column.nullShare), ROW_BYTES)
  return Math.ceil((rows * width) / FILLED_BYTES) * PAGE_BYTES
}

function ago(seconds: number): string {
  if (seconds < 120) return `${count(seconds)} s`
  return seconds < 7_200 ? `${count(seconds / 60)} min` : `${count(seconds / 3_600)} h`
}
