import { timeoutSignal } from '@homeostat/signals'
import type { Row, Server } from '../../indexes/server.ts'
import type { Origin } from '../../signals/origin.ts'
import { DedicatedClient } from '../dedicated-client.ts'
import { causeOf } from '../problem.ts'

/** The two halves of the key of the advisory lock: `home`, `indx`. One process at a time creates or sweeps indexes in a database. */
const LOCK = [0x68_6f_6d_65, 0x69_6e_64_78] as const
/** How long a statement of ours may take that is neither a build nor a drop. */
const STATEMENT_TIMEOUT = '10s'
/** And how long a drop, which waits for the transactions that use the table. */
const CHANGE_MS = 60_000
/** query_canceled */
const CANCELLED = '57014'
const MOST_CANCELS = 5

const BUSY = 'another process is creating, judging or dropping an index of this database'

/** Asked alone and first: behind a pooler, a setting of ours would stay on a connection that the application gets next. */
const WHO = 'SELECT pg_catalog.pg_backend_pid()::text AS pid, pg_catalog.pg_is_in_recovery()::text AS standby'

/**
 * Limits of the whole session. Where the server has them: a build whose process was killed ends by itself, and a session that waits while calls
 * are measured is not ended for being idle, nor a build for being one transaction.
 */
const SETTINGS = `SELECT pg_catalog.set_config(name, CASE name WHEN 'lock_timeout' THEN '2s' WHEN 'statement_timeout' THEN '${STATEMENT_TIMEOUT}'
    WHEN 'client_connection_check_interval' THEN '2s' ELSE '0' END, false)
  FROM pg_catalog.pg_settings WHERE name IN ('lock_timeout', 'statement_timeout', 'client_connection_check_interval', 'idle_session_timeout', 'transaction_timeout')`

/** Why a session cannot act, in one line. */
export interface SessionRefusal {
  readonly refused: string
  /** Somebody else acts; it is worth asking again soon. */
  readonly isBusy: boolean
}

/**
 * A connection of our own that holds the lock under which indexes are created, judged and dropped. The server gives the lock back when the
 * session ends, however it ends, and not while a build of that session still runs: whoever gets it knows that nobody else acts.
 */
export class IndexSession implements Server, AsyncDisposable {
  readonly processId: string
  readonly #client: DedicatedClient

  private constructor(client: DedicatedClient, processId: string) {
    this.#client = client
    this.processId = processId
  }

  /**
   * Never waits for the lock: a build waits for the transactions of those who wait, so two would wait for each other.
   *
   * @param maxMs - after which the session is given up
   * @param signal - gives it up at once
   * @throws the driver's error when there is no connection
   */
  static async open(
    origin: Origin,
    ignore: (client: object) => void,
    maxMs: number,
    signal?: AbortSignal,
  ): Promise<IndexSession | SessionRefusal> {
    const until = AbortSignal.any([timeoutSignal(maxMs), ...(signal ? [signal] : [])])
    const client = await DedicatedClient.connect(origin, until, ignore, 0)
    try {
      const [row] = await client.query(WHO)
      const processId = String(row?.['pid'])
      const never =
        processId === String(client.processId)
          ? row?.['standby'] === 'false'
            ? undefined
            : 'the server is a replica'
          : 'a connection pooler is in front of the server, so a lock of a session is not safe: a direct connection is needed'
      if (never === undefined && (await hasLock(client))) {
        await client.query(SETTINGS)
        return new IndexSession(client, processId)
      }
      await client.close()
      return never === undefined ? { refused: BUSY, isBusy: true } : { refused: never, isBusy: false }
    } catch (error) {
      await client.close()
      throw error
    }
  }

  query(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.#client.query(text, values)
  }

  /**
   * Runs a statement that may take longer: a build, a drop, an `ANALYZE`. It waits for no lock longer than two seconds.
   *
   * @param maxMs - after which the server cancels it
   */
  async change(statement: string, maxMs: number = CHANGE_MS): Promise<void> {
    await this.#limitStatements(`${Math.ceil(maxMs)}ms`)
    try {
      await this.#client.query(statement)
    } finally {
      // Where the connection is lost, the error of the statement says more.
      await this.#limitAgain().catch(() => {})
    }
  }

  /** A cancel that comes late meets whatever the session does then, and that is this. */
  async #limitAgain(): Promise<void> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#limitStatements(STATEMENT_TIMEOUT)
      } catch (error) {
        if (attempt === MOST_CANCELS || causeOf(error).code !== CANCELLED) throw error
      }
  }

  async #limitStatements(value: string): Promise<void> {
    await this.#client.query("SELECT pg_catalog.set_config('statement_timeout', $1, false)", [value])
  }

  /** Runs work in a transaction: all that it writes is there in the end, or nothing of it. */
  async inTransaction(work: () => Promise<void>): Promise<void> {
    await this.query('BEGIN')
    try {
      await work()
      await this.query('COMMIT')
    } catch (error) {
      // If the connection is lost, the server rolls back by itself.
      await this.query('ROLLBACK').catch(() => {})
      throw error
    }
  }

  /** Runs work in a transaction that cannot write. */
  inReadOnlyTransaction<T>(work: () => Promise<T>): Promise<T> {
    return this.#client.inReadOnlyTransaction(work)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.close()
  }
}

/** Whether somebody creates, judges, drops or sweeps in the database now. */
export async function isLockHeld(server: Server): Promise<boolean> {
  const text = `SELECT 1 FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.classid = $1::int AND l.objid = $2::int LIMIT 1`
  return (await server.query(text, LOCK)).length > 0
}

async function hasLock(client: DedicatedClient): Promise<boolean> {
  const [row] = await client.query('SELECT pg_catalog.pg_try_advisory_lock($1::int, $2::int)::text AS locked', [
    ...LOCK,
  ])
  return row?.['locked'] === 'true'
}
