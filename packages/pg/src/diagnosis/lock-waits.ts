import type { Advice } from '@homeostat/optimizer'
import { hidingName } from '../indexes/hidden-names.ts'
import { groupBy } from '../indexes/grouping.ts'
import { count } from '../indexes/index-advice.ts'
import type { Row, Server } from '../indexes/server.ts'
import { textOf } from '../indexes/tree.ts'
import { summarize } from '../signals/query-summary.ts'

/** Sessions of this database that wait for a lock now, each with the one that it waits for first. */
const WAITS = `SELECT w.query AS waiting, (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - w.query_start) * 1000)::text AS waits_ms, b.query AS holding, b.state AS state,
  (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - b.xact_start) * 1000)::text AS holds_ms, (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - b.state_change) * 1000)::text AS silent_ms,
  (b.pid IS NOT NULL)::text AS known
  FROM pg_catalog.pg_stat_activity w LEFT JOIN pg_catalog.pg_stat_activity b ON b.pid = (pg_catalog.pg_blocking_pids(w.pid))[1]
  WHERE w.datname = pg_catalog.current_database() AND w.wait_event_type = 'Lock' AND w.pid <> pg_catalog.pg_backend_pid() LIMIT 100`

/** Sessions that keep everybody from a table, and each such table. */
const EXCLUSIVE = `SELECT b.query AS holding, b.state AS state, (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - b.xact_start) * 1000)::text AS holds_ms,
  (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - b.state_change) * 1000)::text AS silent_ms, pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation
  FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity b ON b.pid = l.pid JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_catalog.pg_backend_pid() AND c.relkind IN ('r', 'p', 'm') AND c.oid >= 16384
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) LIMIT 5`

/** The sessions that wait for one session, as the server shows them at a moment. Texts are summaries. */
export interface LockWait {
  /** The last statement of the one that holds the lock. */
  readonly holder: string
  readonly sessions: number
  /** How long the longest has waited, in milliseconds. */
  readonly longestMs: number
  readonly statements: readonly string[]
  /** How long the transaction of the holder has been open, in milliseconds; undefined where this user is not shown it. */
  readonly openMs: number | undefined
  /** How long it has sent nothing, where it is idle in its transaction. */
  readonly silentMs: number | undefined
}

/**
 * The sessions for whose locks statements of this database wait at this moment, by the summary of their last statement. The server shows the
 * statements of other users only to members of `pg_read_all_stats`.
 *
 * @param server - in a transaction that cannot write
 */
export async function readLockWaits(server: Server): Promise<readonly LockWait[]> {
  if ((await hidingName(server)) !== undefined) return []
  // A session that holds the lock may wait itself: the one that it waits for is in a row of its own.
  return [...groupBy(await server.query(WAITS), holderOf)].map(([holder, waits]) => ({
    holder,
    sessions: waits.length,
    longestMs: Math.max(...waits.map(row => Number(row['waits_ms']))),
    statements: [...new Set(waits.map(row => summarize(textOf(row['waiting']))))].slice(0, 3),
    ...stateIn(waits[0]!),
  }))
}

/** The same for what keeps a table from being read at all: planning waits for it too, and gives up after 200 ms. */
export async function exclusiveLocks(server: Server): Promise<readonly Advice[]> {
  if ((await hidingName(server)) !== undefined) return []
  return (await server.query(EXCLUSIVE)).map(row => ({
    what: `shorten the transaction that locks ${String(row['relation'])}: ${holderOf({ ...row, known: 'true' })}`,
    why: `nobody can read the table meanwhile; ${stateOf(stateIn(row), 'has')}`,
  }))
}

function holderOf({ known, holding }: Row): string {
  if (known !== 'true') return 'a prepared transaction'
  const text = textOf(holding)
  return text === '' || text === '<insufficient privilege>' ? 'one of another user' : summarize(text)
}

type State = Pick<LockWait, 'openMs' | 'silentMs'>

function stateIn({ state, holds_ms: holds, silent_ms: silent }: Row): State {
  const isKnown = holds !== null && holds !== undefined
  return {
    openMs: isKnown ? Number(holds) : undefined,
    silentMs: isKnown && state === 'idle in transaction' ? Number(silent) : undefined,
  }
}

/** @param has - `had` for what is over */
export function stateOf({ openMs, silentMs }: State, has: 'has' | 'had'): string {
  if (openMs === undefined) return 'what the session does is not shown to this user'
  const since = `it ${has} been open for ${duration(openMs)}`
  return silentMs === undefined
    ? since
    : `${since}, and ${has} sent nothing for ${duration(silentMs)}: is a COMMIT or ROLLBACK missing on some path?`
}

export function duration(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${count(ms / 1000)} s`
}
