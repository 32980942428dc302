import { CoordinatorUnavailableError, withinDeadline, type Unavailable } from '@homeostat/optimizer/engines'
import { withoutTracing } from '@homeostat/signals'
import { serverTrouble } from '../server-trouble.ts'

/** One row, by column. */
export type LeaseRow = Readonly<Record<string, unknown>>

/** Runs one statement and returns its rows. */
export type CoordinatorQuery = (text: string, values?: readonly unknown[]) => Promise<readonly LeaseRow[]>

/** What Homeostat needs of a `pg.Pool` to keep something of its own in the database. */
export interface CoordinatorPool {
  connect(): Promise<CoordinatorConnection>
}

/** A connection that a {@link CoordinatorPool} lends; `pg.PoolClient` fits. */
export interface CoordinatorConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: LeaseRow[] }>
  /** A truthy argument closes the connection instead of keeping it. */
  release(destroy?: boolean): void
  on(event: 'error', listener: () => void): unknown
  removeListener(event: 'error', listener: () => void): unknown
}

/** The calls that are waited for. */
export interface Answerer {
  /** For people. */
  readonly name: string
  /** Our own table that the statements use. */
  readonly table: string
  /** The class of the error for a call without a valid answer. */
  readonly Unavailable: Unavailable
}

const COORDINATOR: Answerer = { name: 'postgres', table: 'homeostat_lease', Unavailable: CoordinatorUnavailableError }

// The query under way reports the error too; without a listener the event would end the process.
const onError = (): void => {}

/**
 * Runs short work on a connection of the application's pool and gives it back within the timeout, whatever happens.
 *
 * Nothing is kept in the session, so that it works through PgBouncer in transaction mode: no advisory locks, no `SET` that
 * outlives a transaction, no named statements.
 */
export function onConnection<T>(
  pool: CoordinatorPool,
  timeoutMs: number,
  work: (query: CoordinatorQuery) => Promise<T>,
  { name, table, Unavailable }: Answerer = COORDINATOR,
): Promise<T> {
  let over = false
  let inUse: CoordinatorConnection | undefined
  const release = (destroy: boolean): void => {
    // A closed one may still say that it broke.
    if (!destroy) inUse?.removeListener('error', onError)
    inUse?.release(destroy)
    inUse = undefined
  }
  const done = withoutTracing(async () => {
    inUse = await pool.connect()
    // The caller no longer waits, so the work would be in vain.
    if (over) return release(false) as never
    const connection = inUse
    connection.on('error', onError)
    try {
      const result = await work(async (text, values) => (await connection.query(text, values as unknown[])).rows)
      release(false)
      return result
    } catch (error) {
      release(!isHarmless(error))
      throw error
    }
  })
  return withinDeadline(name, timeoutMs, done, Unavailable, error => serverTrouble(error, table)).finally(() => {
    over = true
    release(true)
  })
}

/** Whether the connection is as good as before: the server refused a statement, or we did. */
function isHarmless(error: unknown): boolean {
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  if (typeof code !== 'string') return false
  return severity === 'ERROR' || code.startsWith('HOMEOSTAT_')
}

/**
 * Runs work in a transaction that cannot outlive this process by more than the timeout: the locks of one that was stopped
 * in the middle are taken from it by the server.
 */
export async function inTransaction<T>(query: CoordinatorQuery, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
  const settings = limits.map(limit => `SET LOCAL ${limit} = ${Math.ceil(timeoutMs)}`)
  // READ COMMITTED, for each statement has to see what was committed before it got its lock.
  await query(['BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE', ...settings].join('; '))
  try {
    const result = await work()
    await query('COMMIT')
    return result
  } catch (error) {
    await query('ROLLBACK')
    throw error
  }
}
