import type { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadContext } from '../positions/read-context.ts'
import type { SessionChange } from '../routing/session-statements.ts'
import { applyChange, ChangedSessions, type PooledSession } from './changed-sessions.ts'
import { changesCatalog, textOf } from './calling-forms.ts'
import type { Callback, LentCallback, RoutableClient, RoutablePool } from './driver-shapes.ts'
import { createStamp } from './stamp.ts'

/** What a client of the primary has been used for. */
interface ClientUse extends PooledSession {
  /** Contexts with statements on it that may not have been committed yet. */
  readonly contexts: Set<ReadContext>
  /** Whether a statement that runs may change the catalog. */
  changesCatalog: boolean
}

/** What the tracking needs. */
export interface LentClientsOptions {
  readonly storage: AsyncLocalStorage<ReadContext>
  /** The context of code that runs in none. */
  readonly everybody: ReadContext
  /** Somebody elsewhere has announced a change. */
  readonly onNotification: () => void
  /** Whether a client leads to a server that is the primary no longer: it is not lent any more. */
  readonly isElsewhere: (client: RoutableClient) => boolean
  /** A context has written. */
  readonly onWrite: () => void
  /** What statements mean may have changed. */
  readonly onCatalogChange: () => void
  /** A client is not built as expected, so that nobody knows what it writes. */
  readonly onUnknownClient: () => void
}

const IDLE = 'I'

/**
 * Follows the clients that the application borrows from the primary: a transaction may have written until it has ended, whatever its
 * statements say, and whoever awaits the end of one must see it with the next read.
 */
export class LentClients {
  readonly #options: LentClientsOptions
  readonly #uses = createStamp<ClientUse>()
  /** Whether a `pool.query()` asks for a client now. */
  isPoolQuery = false
  #isLent = true
  #change: SessionChange | undefined
  /** Those that `pool.query()` has not left as they were. */
  readonly changed: ChangedSessions = new ChangedSessions()

  constructor(options: LentClientsOptions) {
    this.#options = options
  }

  /**
   * Runs a `pool.query()`: the client that it borrows is its own.
   *
   * @param isLent - whether it is followed as a borrowed one is
   */
  forPool<T>(query: () => T, isLent = false): T {
    this.isPoolQuery = true
    this.#isLent = isLent
    try {
      return query()
    } finally {
      this.isPoolQuery = false
      this.#isLent = true
    }
  }

  /** Runs a `pool.query()` that changes the session of its client. */
  changing<T>(change: SessionChange, query: () => T): T {
    this.#change = change
    try {
      return query()
    } finally {
      this.#change = undefined
    }
  }

  /** Follows the clients that were lent before there was routing, and those that somebody waits for. */
  adopt(pool: RoutablePool): void {
    const adopt = (): void => {
      const { _clients: clients } = pool
      if (Array.isArray(clients)) for (const client of clients) this.#adopt(client as RoutableClient)
    }
    adopt()
    if (!pool.waitingCount) return
    // It waits behind all of them.
    const ended = this.changed.pending()
    pool.connect((_error, _client, release) => {
      adopt()
      ended()
      release()
    })
  }

  /** A client that may have written. */
  #adopt(client: RoutableClient): void {
    const use = this.#follow(client)
    use.isLent = true
    use.contexts.add(this.#options.everybody)
  }

  /** `pool.connect()`, with every client followed that it lends. */
  connect(pool: RoutablePool, original: (callback?: LentCallback) => unknown, callback?: LentCallback): unknown {
    const { storage, isElsewhere } = this.#options
    const isLent = this.#isLent
    const change = this.#change
    const store = storage.getStore()
    const lend = (client: RoutableClient | undefined): void => {
      if (client === undefined) return
      const use = this.#follow(client)
      use.isLent = isLent
      if (change !== undefined) applyChange(change, use.settings)
      this.changed.compare(use)
    }
    // A socket that is opened within a context would carry it into whatever its answers cause, for as long as it lives.
    return storage.exit(() => {
      if (callback) {
        const take: LentCallback = (error, client, release) => {
          if (client && isElsewhere(client)) {
            release(true)
            return void storage.exit(() => original.call(pool, take))
          }
          lend(client)
          if (store === undefined) callback(error, client, release)
          else storage.run(store, callback, error, client, release)
        }
        return original.call(pool, take)
      }
      const take = (client: RoutableClient): RoutableClient | Promise<RoutableClient> => {
        if (isElsewhere(client)) {
          client.release?.(true)
          return (original.call(pool) as Promise<RoutableClient>).then(take)
        }
        lend(client)
        return client
      }
      // Before anybody else hears of it.
      return (original.call(pool) as Promise<RoutableClient>).then(take)
    })
  }

  #follow(client: RoutableClient): ClientUse {
    const known = this.#uses.get(client)
    if (known) return known
    const use: ClientUse = {
      contexts: new Set(),
      isLent: false,
      changesCatalog: false,
      isOpen: false,
      settings: new Set(),
    }
    this.#uses.set(client, use)
    if (
      typeof (client.connection as Partial<RoutableClient['connection']> | undefined)?.prependListener !== 'function'
    ) {
      this.#options.onUnknownClient()
      return use
    }
    const settle = (isOver: boolean): void => {
      if (use.contexts.size > 1) this.#options.onWrite()
      for (const context of use.contexts) context.wrote()
      if (use.changesCatalog) this.#options.onCatalogChange()
      if (isOver) use.changesCatalog = false
      if (isOver) use.contexts.clear()
    }
    // Before the client's own listener, which calls back the application.
    client.connection.prependListener('readyForQuery', message => {
      use.isOpen = message?.status !== IDLE
      this.changed.compare(use)
      settle(!use.isOpen)
    })
    client.connection.prependListener('end', () => {
      use.isOpen = false
      use.settings.clear()
      this.changed.compare(use)
      settle(true)
    })
    client.connection.prependListener('notification', () => this.#options.onNotification())
    this.#note(client, use)
    return use
  }

  /** Notes who sends statements on a client. */
  #note(client: RoutableClient, use: ClientUse): void {
    const { storage, everybody, onCatalogChange } = this.#options
    // Looked up at each call otherwise: an instrumentation may come or go meanwhile.
    const own = Object.hasOwn(client, 'query') ? client.query : undefined
    client.query = function query(this: RoutableClient): unknown {
      // oxlint-disable-next-line prefer-rest-params -- hands on exactly what came, without an array
      const args = arguments as unknown as unknown[]
      const original = own ?? (Object.getPrototypeOf(this) as RoutableClient).query
      if (!use.isLent) return original.apply(this, args)
      const text = textOf(args[0])
      if (text !== undefined && changesCatalog(text)) {
        use.changesCatalog = true
        onCatalogChange()
      }
      const store = storage.getStore()
      use.contexts.add(everybody)
      if (store === undefined) return original.apply(this, args)
      use.contexts.add(store)
      const last = args.length - 1
      const callback = args[last]
      if (typeof callback === 'function')
        args[last] = (...outcome: Parameters<Callback>) => storage.run(store, callback as Callback, ...outcome)
      return original.apply(this, args)
    }
  }
}
