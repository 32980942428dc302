import type { StateStore } from '@homeostat/optimizer'
import {
  checkStateSize,
  MAX_STATE_BYTES,
  serviceScope,
  StateStoreUnavailableError,
  StateTooLargeError,
} from '@homeostat/optimizer/engines'
import type { CoordinatorPool, CoordinatorQuery } from '../coordinator/session.ts'
import { onConnection } from '../coordinator/session.ts'
import { createTable, hasTable } from '../own-table.ts'
import { postgresAddress } from '../postgres-candidates.ts'
import type { PoolShape } from '../signals/driver.ts'
import { READ, stateTable, WRITE } from './state-table.ts'

/** Longer than a coordinator's: nobody waits for a state to be kept, and a megabyte takes its time. */
const DEFAULT_TIMEOUT_MS = 2000

/** Options of {@link PostgresStateStore}. */
export interface PostgresStateStoreOptions {
  /** The application's `pg.Pool`, to the primary. Each call borrows a connection for two or three short statements. */
  readonly pool: CoordinatorPool
  /** Whose state it is, e.g. `service.name`. */
  readonly service: string
  /** After which an answer is not waited for any more, a wait for the pool included. @default 2000 */
  readonly timeoutMs?: number
}

/**
 * Keeps state in the Postgres that the application uses: a row a key in the table `homeostat_state`, which is created by the
 * first write when it is missing; see `STATE_TABLE`. Where it may not be, a write throws `StateTableMissingError`.
 *
 * @example
 * ```ts
 * const store = createPostgresStateStore({ pool, service: 'shop' })
 * await store.write('forecasts', JSON.stringify(forecasts))
 * ```
 */
export function createPostgresStateStore(options: PostgresStateStoreOptions): StateStore {
  return new StateInPostgres(options)
}

class StateInPostgres implements StateStore {
  readonly name: string
  readonly #pool: CoordinatorPool
  readonly #service: string
  readonly #timeoutMs: number
  #isClosed = false

  constructor({ pool, service, timeoutMs = DEFAULT_TIMEOUT_MS }: PostgresStateStoreOptions) {
    const { options = {} } = pool as Partial<PoolShape>
    this.name = `postgres ${postgresAddress({ options })}`
    this.#pool = pool
    this.#service = serviceScope(service)
    this.#timeoutMs = timeoutMs
  }

  read(key: string): Promise<string | undefined> {
    return this.#run(async query => {
      // A process that only looks needs no table, nor the right to create one.
      if (!(await hasTable(query, stateTable))) return undefined
      const [row] = await query(READ, [this.#service, key, MAX_STATE_BYTES])
      if (row?.['value'] === null) throw new StateTooLargeError(this.name, Number(row['bytes']), MAX_STATE_BYTES)
      return row?.['value'] as string | undefined
    })
  }

  async write(key: string, text: string): Promise<void> {
    checkStateSize(this.name, text)
    await this.#run(async query => {
      await createTable(query, stateTable)
      await query(WRITE, [this.#service, key, text])
    })
  }

  /** The pool is the application's and stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
  }

  async #run<T>(work: (query: CoordinatorQuery) => Promise<T>): Promise<T> {
    const answerer = { name: this.name, table: 'homeostat_state', Unavailable: StateStoreUnavailableError }
    if (this.#isClosed) throw new StateStoreUnavailableError(this.name, 'it is closed')
    return onConnection(this.#pool, this.#timeoutMs, work, answerer)
  }
}
