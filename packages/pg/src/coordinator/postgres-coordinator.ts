import { randomUUID } from 'node:crypto'
import type { Coordinator } from '@homeostat/optimizer'
import type { FleetLease, Orphan, UndoRecord } from '@homeostat/optimizer/engines'
import {
  CoordinatorUnavailableError,
  DISRUPTED_SHARE,
  LeaseLostError,
  parseUndoRecord,
  serviceScope,
} from '@homeostat/optimizer/engines'
import { isTableMissing } from '../own-table.ts'
import { postgresAddress } from '../postgres-candidates.ts'
import type { PoolShape } from '../signals/driver.ts'
import { createLeaseTable, hasLeaseTable } from './lease-table.ts'
import type { Answerer, CoordinatorPool, CoordinatorQuery } from './session.ts'
import { inTransaction, onConnection } from './session.ts'
import * as statements from './statements.ts'

const DEFAULT_TIMEOUT_MS = 1000

/** Options of {@link PostgresCoordinator}. */
export interface PostgresCoordinatorOptions {
  /** The application's `pg.Pool`, to the primary. Each call borrows a connection for one or a few short statements. */
  readonly pool: CoordinatorPool
  /** Name of the service, e.g. `service.name`: its processes coordinate with each other. */
  readonly service: string
  /** After which an answer is not waited for any more, a wait for the pool included. @default 1000 */
  readonly timeoutMs?: number
}

/** How an effect in Postgres uses its lease. */
export interface PostgresEffectOptions {
  /** Uses the lease up: at most one effect under it, however often it is asked for. @default false */
  readonly once?: boolean
}

/** Leases in the Postgres that the application uses. */
export interface PostgresCoordinator extends Coordinator {
  /**
   * Does something in this database if, and only if, the lease is held at that moment: in one transaction, which keeps the
   * lease from going to somebody else until it has ended, within the coordinator's timeout.
   *
   * @throws LeaseLostError when it is not held; then nothing was done
   */
  effect<T>(
    lease: FleetLease,
    work: (query: CoordinatorQuery) => Promise<T>,
    options?: PostgresEffectOptions,
  ): Promise<T>
}

/**
 * Coordinates the processes of a service through Postgres: a row a lease in the table `homeostat_lease`, timed by the
 * server's clock. The table is created when it is missing; see `LEASE_TABLE`.
 *
 * @example
 * ```ts
 * const coordinator = createPostgresCoordinator({ pool, service: 'shop' })
 * const lease = await coordinator.acquire('action/cdn.purge', 60_000)
 * ```
 */
export function createPostgresCoordinator(options: PostgresCoordinatorOptions): PostgresCoordinator {
  return new LeasesInPostgres(options)
}

class LeasesInPostgres implements PostgresCoordinator {
  readonly name: string
  readonly #answerer: Answerer
  readonly #pool: CoordinatorPool
  readonly #service: string
  readonly #timeoutMs: number
  #hasTable = false

  constructor({ pool, service, timeoutMs = DEFAULT_TIMEOUT_MS }: PostgresCoordinatorOptions) {
    const { options = {} } = pool as Partial<PoolShape>
    this.name = `postgres ${postgresAddress({ options })}`
    this.#answerer = { name: this.name, table: 'homeostat_lease', Unavailable: CoordinatorUnavailableError }
    this.#pool = pool
    this.#service = serviceScope(service)
    this.#timeoutMs = timeoutMs
  }

  async acquire(key: string, ttlMs: number): Promise<FleetLease | undefined> {
    const heldUntil = performance.now() + ttlMs
    const token = randomUUID()
    const [row] = await this.#query(statements.ACQUIRE, key, token, ttlMs)
    if (row === undefined) return undefined
    const left = row['undo']
    return { key, token, fence: Number(row['fence']), heldUntil, ...(left !== null && { left: parseUndoRecord(left) }) }
  }

  async renew(lease: FleetLease, ttlMs: number): Promise<FleetLease | undefined> {
    const heldUntil = performance.now() + ttlMs
    return (await this.#under(lease, statements.RENEW, ttlMs)) ? { ...lease, heldUntil } : undefined
  }

  release(lease: FleetLease): Promise<boolean> {
    return this.#under(lease, statements.RELEASE)
  }

  isCurrent(lease: FleetLease): Promise<boolean> {
    return this.#under(lease, statements.IS_CURRENT)
  }

  effect<T>(
    lease: FleetLease,
    work: (query: CoordinatorQuery) => Promise<T>,
    { once = false }: PostgresEffectOptions = {},
  ): Promise<T> {
    const hold = once ? statements.USE_UP : statements.HOLD
    return this.#transaction(async query => {
      const held = await query(hold, [this.#service, lease.key, lease.token, lease.fence])
      if (held.length === 0) throw new LeaseLostError(lease.key)
      return work(query)
    })
  }

  async record(lease: FleetLease, undo: UndoRecord): Promise<void> {
    if (!(await this.#under(lease, statements.RECORD, JSON.stringify(undo)))) throw new LeaseLostError(lease.key)
  }

  async settle(lease: FleetLease): Promise<void> {
    if (!(await this.#under(lease, statements.SETTLE))) throw new LeaseLostError(lease.key)
  }

  async orphans(ttlMs: number): Promise<readonly Orphan[]> {
    // A process that only looks needs no table, nor the right to create one.
    if (!(await onConnection(this.#pool, this.#timeoutMs, hasLeaseTable, this.#answerer))) return []
    const orphans: Orphan[] = []
    // One after another: the pool is the application's.
    for (const { key } of await this.#query(statements.ORPHANED)) {
      const lease = await this.acquire(String(key), ttlMs)
      if (lease?.left !== undefined) orphans.push({ record: lease.left, lease })
      // Another process was faster, and has settled it.
      else if (lease !== undefined) await this.release(lease)
    }
    return orphans
  }

  async beat(member: string, ttlMs: number): Promise<number> {
    const [row] = await this.#query(statements.BEAT, member, ttlMs)
    return Number(row?.['members'])
  }

  async leave(member: string): Promise<void> {
    await this.#query(statements.LEAVE, member, 'member')
  }

  takeSlot(holder: string, ttlMs: number): Promise<boolean> {
    return this.#transaction(async query => {
      await query(statements.QUEUE_UP, [this.#service])
      const taken = await query(statements.TAKE_SLOT, [this.#service, holder, ttlMs, DISRUPTED_SHARE])
      return taken.length > 0
    })
  }

  async freeSlot(holder: string): Promise<void> {
    await this.#query(statements.LEAVE, holder, 'slot')
  }

  /** The pool is the application's and stays open. */
  async [Symbol.asyncDispose](): Promise<void> {}

  async #under({ key, token, fence }: FleetLease, statement: string, ...more: unknown[]): Promise<boolean> {
    return (await this.#query(statement, key, token, fence, ...more)).length > 0
  }

  #query(statement: string, ...values: unknown[]): ReturnType<CoordinatorQuery> {
    return this.#run(query => query(statement, [this.#service, ...values]))
  }

  #transaction<T>(work: (query: CoordinatorQuery) => Promise<T>): Promise<T> {
    return this.#run(query => inTransaction(query, this.#timeoutMs, () => work(query)))
  }

  #run<T>(work: (query: CoordinatorQuery) => Promise<T>): Promise<T> {
    const withTable = async (query: CoordinatorQuery): Promise<T> => {
      if (!this.#hasTable) await createLeaseTable(query)
      this.#hasTable = true
      try {
        return await work(query)
      } catch (error) {
        // It was dropped, or moved to another schema. The first statement of any work needs it, so nothing was done.
        if (!isTableMissing(error) || (await hasLeaseTable(query))) throw error
        await createLeaseTable(query)
        return work(query)
      }
    }
    return onConnection(this.#pool, this.#timeoutMs, withTable, this.#answerer)
  }
}
