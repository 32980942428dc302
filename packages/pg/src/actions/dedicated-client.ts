import { untilAborted, within } from '@homeostat/signals'
import { UnsupportedDriverError } from '../errors.ts'
import type { ConnectionOptions } from '../signals/driver.ts'
import type { Origin } from '../signals/origin.ts'

/** One row, by column. */
export type Row = Readonly<Record<string, unknown>>

interface Driver {
  connect(): Promise<unknown>
  query(config: {
    text: string
    values?: readonly unknown[]
    queryMode?: 'extended'
    name?: string
  }): Promise<{ rows: Row[] }>
  end(): Promise<void>
  on(event: 'error', listener: () => void): unknown
  readonly connection?: { readonly stream?: { destroy(): void } }
  /** As the other end has introduced itself. */
  readonly processID?: unknown
}

interface DriverClass {
  new (options: ConnectionOptions): Driver
  readonly Query: new (text: string) => object
}

const CONNECT_TIMEOUT_MS = 3_000
/** On our side, in case the server does not keep its own limit because it hangs. */
const QUERY_TIMEOUT_MS = 4_000
const END_TIMEOUT_MS = 1_000

/**
 * The last limit is for us: while our thread is blocked between two statements, the locks of the first would keep others waiting. Strings are
 * read as our own reading of statements has them.
 */
const LIMITS = [
  "SET LOCAL application_name = 'homeostat'",
  "SET LOCAL statement_timeout = '2s'",
  "SET LOCAL lock_timeout = '200ms'",
  "SET LOCAL idle_in_transaction_session_timeout = '5s'",
  'SET LOCAL standard_conforming_strings = on',
  // Compiling our questions about the catalog takes a thousand times as long as answering them. Postgres 10 has no such setting.
  "SELECT pg_catalog.set_config(name, 'off', true) FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'jit'",
].join('; ')

/**
 * A connection of our own to the application's database, read-only and with short limits, so that looking never takes a
 * connection from the application, waits for a lock or holds one.
 */
export class DedicatedClient {
  readonly #driver: Driver
  readonly #signal: AbortSignal
  /** pg before 8.12 does not know `queryMode`; there only a named statement is sure to take the extended protocol. */
  readonly #knowsQueryMode: boolean
  #named = 0

  private constructor(driver: Driver, Client: DriverClass, signal: AbortSignal) {
    this.#driver = driver
    this.#knowsQueryMode = typeof Client.Query === 'function' && 'queryMode' in new Client.Query('')
    this.#signal = signal
  }

  /**
   * @param ignore - called with the client before its first query, to keep it out of the application's telemetry
   * @param queryTimeoutMs - how long an answer is waited for; 0 as long as the signal allows
   * @throws the driver's error when there is no connection, the signal's reason when it was aborted
   */
  static async connect(
    origin: Origin,
    signal: AbortSignal,
    ignore: (client: object) => void,
    queryTimeoutMs: number = QUERY_TIMEOUT_MS,
  ): Promise<DedicatedClient> {
    signal.throwIfAborted()
    if (typeof origin.Client !== 'function') throw new UnsupportedDriverError('the class of its clients')
    const Client = origin.Client as DriverClass
    const driver = new Client({
      ...origin.connectionOptions(),
      application_name: 'homeostat',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: queryTimeoutMs,
      pipeline: false,
      binary: false,
    })
    // A connection that breaks fails the query under way; without a listener it would end the process.
    driver.on('error', () => {})
    ignore(driver)
    const client = new DedicatedClient(driver, Client, signal)
    try {
      await untilAborted(() => promiseOf(driver.connect(), 'connect'), signal)
    } catch (error) {
      await client.close()
      throw error
    }
    return client
  }

  /** The server process at the other end; a pooler in between names another one. */
  get processId(): unknown {
    return this.#driver.processID
  }

  /** Runs `work` in a transaction that cannot write and is always rolled back. */
  async inReadOnlyTransaction<T>(work: () => Promise<T>): Promise<T> {
    await untilAborted(() => this.#driver.query({ text: `BEGIN READ ONLY; ${LIMITS}` }), this.#signal)
    try {
      return await work()
    } finally {
      // When the connection ends, or has ended, the server rolls back by itself.
      if (!this.#signal.aborted)
        await untilAborted(() => this.#driver.query({ text: 'ROLLBACK' }), this.#signal).catch(() => {})
    }
  }

  /** One statement, never several: the extended protocol refuses them. */
  async query(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const protocol = this.#knowsQueryMode ? { queryMode: 'extended' as const } : { name: `homeostat_${++this.#named}` }
    const result = await untilAborted(() => this.#driver.query({ text, values, ...protocol }), this.#signal)
    if (!Array.isArray(result?.rows)) throw new UnsupportedDriverError('a result with rows')
    return result.rows
  }

  /** Ends the connection; a query under way is dropped, and its server side ends by `statement_timeout`. Never throws. */
  async close(): Promise<void> {
    try {
      if (this.#signal.aborted) this.#driver.connection?.stream?.destroy()
      await within(
        END_TIMEOUT_MS,
        () => this.#driver.end(),
        () => undefined,
      )
    } catch {
      // It is gone either way.
    }
  }
}

/** A subclass of the application may support callbacks only: then its end would go unnoticed. */
function promiseOf<T>(returned: Promise<T>, method: string): Promise<T> {
  if (typeof (returned as Partial<Promise<T>> | undefined)?.then === 'function') return returned
  throw new UnsupportedDriverError(`a promise of ${method}()`)
}
