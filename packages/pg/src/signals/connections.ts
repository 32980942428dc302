import { isOurs } from '../ours.ts'
import { databasePart, type Registry, UNKNOWN_PART } from '@homeostat/signals'
import { connectionOf } from './checkouts/pool-checkouts.ts'
import { Database } from './database.ts'
import type { ClientShape, ConnectionShape, PoolShape } from './driver.ts'
import type { Origin } from './origin.ts'
import { originOfClient, originOfPool } from './origin.ts'
import type { Pools } from './pools.ts'
import { OTHER } from './query-summary.ts'
import { RunningQueries } from './running-queries.ts'
import { noteOn } from './note-on.ts'

/** Most databases counted separately; further ones share `(other)`. */
const MAX_DATABASES = 200

/** What is noted on connections. */
type Noted = Readonly<Record<symbol, RunningQueries | null | undefined>>

/** The connections that were observed, each once. */
export class Connections {
  readonly #registry: Registry
  readonly #pools: Pools
  readonly #databases = new Map<string, Database>()
  /** The key of the queries of a connection; null on one that is not measured. */
  readonly #key = Symbol('homeostat.running')
  readonly #origins = new WeakMap<ConnectionShape, Origin>()

  constructor(registry: Registry, pools: Pools) {
    this.#registry = registry
    this.#pools = pools
  }

  isMet(connection: ConnectionShape): boolean {
    return (connection as Noted)[this.#key] !== undefined
  }

  /** Undefined for a connection that is not met yet or is to be ignored. */
  runningOn(connection: ConnectionShape | undefined): RunningQueries | undefined {
    return (connection as Noted | undefined)?.[this.#key] ?? undefined
  }

  originOf(connection: ConnectionShape): Origin | undefined {
    return this.#origins.get(connection)
  }

  /** The database of a connection of the pool that has been busy with one statement since a moment, or for longer. */
  busySince({ _clients: clients }: PoolShape, moment: number): Database | undefined {
    for (const client of Array.isArray(clients)
      ? (clients as readonly (Partial<ClientShape> | null | undefined)[])
      : []) {
      const connection = client?.connection
      if (typeof connection !== 'object' || connection === null) continue
      const running = this.runningOn(connection)
      if (running?.busySince !== undefined && running.busySince <= moment) return running.database
    }
    return undefined
  }

  meet(client: ClientShape): void {
    const { connection } = client
    // A stand-in for a client may have none.
    if (typeof connection !== 'object' || connection === null) return
    if (isOurs(client)) return noteOn(connection, this.#key, null)
    const database = this.#database(databaseOf(client.database))
    const pool = this.#pools.of(client)
    const running: RunningQueries = new RunningQueries(database, () => {
      const lent = connectionOf(client)
      if (lent !== undefined) lent.running = running
      return lent
    })
    noteOn(connection, this.#key, running)
    this.#origins.set(connection, pool === undefined ? originOfClient(client) : originOfPool(pool))
  }

  /** Never measures this client's queries. False for something without a connection. */
  ignore(client: Partial<ClientShape> | null | undefined): boolean {
    const connection = client?.connection
    if (typeof connection !== 'object' || connection === null) return false
    noteOn(connection, this.#key, null)
    return true
  }

  #database(name: string): Database {
    const namespace = this.#databases.has(name) || this.#databases.size < MAX_DATABASES ? name : OTHER
    let database = this.#databases.get(namespace)
    if (database === undefined) this.#databases.set(namespace, (database = new Database(namespace, this.#registry)))
    return database
  }
}

/** A piece of a malformed connection string may stand where the name should. */
function databaseOf(name: unknown): string {
  return typeof name !== 'string' || name === '' ? '' : (databasePart(name) ?? UNKNOWN_PART)
}
