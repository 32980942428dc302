import type { StatementRoutes } from '../routing/statement-routes.ts'
import { override, textOf } from './calling-forms.ts'
import type { LentCallback, RoutablePool } from './driver-shapes.ts'
import { poolHasEnded } from './pool-end.ts'
import { LazyClient } from './lazy-client.ts'
import type { LentClients } from './lent-clients.ts'

/** What borrowing needs. */
export interface BorrowedClientsTerms {
  readonly pool: RoutablePool
  readonly clients: LentClients
  readonly routes: () => StatementRoutes | undefined
  readonly isInContext: () => boolean
  /** Whether the pool takes no more statements, but for those that replicas have left. */
  readonly isClosed: () => boolean
  /** Whether clients begin without a connection. */
  readonly lendsLazily: () => boolean
}

/** The clients that the application borrows from the pool by `connect()`: each is followed, or begins without a connection. */
export class BorrowedClients {
  readonly #terms: BorrowedClientsTerms
  /** How many are lent without a connection and not released yet. */
  #lent = 0
  #returned: (() => void)[] = []

  constructor(terms: BorrowedClientsTerms) {
    this.#terms = terms
  }

  /** Replaces `connect` of the pool. @returns what restores it */
  install(): () => void {
    const { pool, clients, lendsLazily, isClosed } = this.#terms
    return override(pool, 'connect', original => {
      const connect = (callback?: LentCallback): unknown =>
        clients.connect(pool, (...args: [callback?: LentCallback]) => original().apply(pool, args), callback)
      const lend = (given: unknown): unknown => {
        const callback = typeof given === 'function' ? (given as LentCallback) : undefined
        if (isClosed() && !clients.isPoolQuery)
          return callback ? callback(poolHasEnded(), undefined, () => {}) : Promise.reject(poolHasEnded())
        const isLazy = lendsLazily() && !clients.isPoolQuery && pool.ending !== true
        return isLazy ? this.#lend(connect, callback) : connect(callback)
      }
      return function borrow(this: unknown, callback?: unknown): unknown {
        return lend(callback)
      }
    })
  }

  /** Settles when those are released that began without a connection; undefined while there is none. */
  returned(): Promise<void> | undefined {
    return this.#lent === 0 ? undefined : new Promise(resolve => void this.#returned.push(resolve))
  }

  /** Connections that nobody uses may lead to a server that is the primary no longer. Those in use are left alone. */
  dropIdle(): void {
    const { pool, clients } = this.#terms
    for (let count = pool.idleCount; count > 0; count--)
      clients.forPool(() =>
        pool.connect((error, _client, release) => {
          if (!error) release(true)
        }),
      )
  }

  #lend(connect: (callback?: LentCallback) => unknown, callback: LentCallback | undefined): unknown {
    const { pool, isInContext, isClosed } = this.#terms
    this.#lent++
    const { client } = new LazyClient({
      pool,
      connect,
      isInContext,
      query: args => pool.query(...args),
      // The end of the pool waits for it, with its connection to the primary, as in pg.
      onlyReads: config => !isClosed() && this.#onlyReads(config),
      onReturn: () => {
        if (--this.#lent > 0) return
        for (const returned of this.#returned.splice(0)) returned()
      },
    })
    if (!callback) return Promise.resolve(client)
    process.nextTick(() => callback(undefined, client, error => client.release?.(error)))
    return undefined
  }

  #onlyReads(config: unknown): boolean {
    const text = textOf(config)
    const routes = this.#terms.routes()
    return text !== undefined && routes?.of(text) === 'read'
  }
}
