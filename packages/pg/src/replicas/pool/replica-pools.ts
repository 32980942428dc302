import type { RoutableClient, RoutablePool, RoutablePoolClass } from './driver-shapes.ts'
import { isRoutablePool } from './driver-shapes.ts'
import { optionsOf } from './probe.ts'
import { isWriteRefused } from './read-failure.ts'
import type { Replica } from './replica.ts'

/** What only a primary's pool has, or what an address in another form would override. */
const ADDRESS = ['connectionString', 'host', 'port', 'hostaddr'] as const

/**
 * The pool of a replica: the one given, or a new one of the primary's class. User, password, database, TLS and the rest are the
 * primary's where they are not given.
 */
export function poolOf(given: string | object, primary: RoutablePool): RoutablePool {
  if (isRoutablePool(given)) return given
  const own = typeof given === 'string' ? { connectionString: given } : given
  const inherited = optionsOf(primary)
  const { user, password, database, ssl } = new primary.Client(inherited)
  for (const name of ADDRESS) delete inherited[name]
  // A connection string says everything itself, what it leaves out included.
  const isString = 'connectionString' in own
  const identity = isString ? {} : { user, password, database, ssl }
  if (isString) for (const name of ['user', 'password', 'database', 'ssl']) delete inherited[name]
  // Each process would otherwise wait for a replica that is away for as long as the network does.
  const defaults = { connectionTimeoutMillis: 2_000 }
  const Pool = primary.constructor as RoutablePoolClass
  return new Pool({ ...defaults, ...inherited, ...identity, Client: primary.Client, ...own })
}

/**
 * Lets the application's listeners for `connect` set up the sessions of a replica's pool as they do on the primary. A setup that writes
 * cannot run there: then sessions would differ, so the replica is not used, and the application hears nothing of the refusal.
 */
export function shareSetup(replica: Replica, primary: RoutablePool): void {
  replica.pool.on('connect', (client: RoutableClient) => {
    if (primary.listenerCount('connect') === 0) return
    client.query = function query(this: RoutableClient, ...args: unknown[]): unknown {
      const result = (Object.getPrototypeOf(this) as RoutableClient).query.apply(this, args)
      const isPromise = typeof (result as Partial<Promise<unknown>> | undefined)?.then === 'function'
      // Routed statements have callbacks.
      if (!isPromise) return result
      return (result as Promise<unknown>).catch((error: unknown) => {
        if (!isWriteRefused(error)) throw error
        replica.isUnfit = true
        return { rows: [], rowCount: 0, fields: [], command: '' }
      })
    }
    primary.emit('connect', client)
  })
}
