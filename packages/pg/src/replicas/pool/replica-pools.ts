import { asOurs } from '../../ours.ts'
import type { RoutableClient, RoutablePool, RoutablePoolClass } from './driver-shapes.ts'
import { isSubmittable, isThenable } from './calling-forms.ts'
import { isRoutablePool } from './driver-shapes.ts'
import { destroy, optionsOf } from './probe.ts'
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
  const connectionTimeoutMillis = inherited['connectionTimeoutMillis'] || 2_000
  const Pool = primary.constructor as RoutablePoolClass
  return new Pool({ ...inherited, ...identity, connectionTimeoutMillis, Client: primary.Client, ...own })
}

/**
 * Lets the application's listeners for `connect` set up the sessions of a replica's pool as they do on the primary. A setup that writes
 * cannot run there: then sessions would differ, so the replica is not used. A setup may fail in many more ways on a server that may go
 * away, and hardly anybody handles that: the connection is closed, and the application does not hear of it.
 */
export function shareSetup(replica: Replica, primary: RoutablePool): void {
  const share = (client: RoutableClient): void => {
    if (primary.listenerCount('connect') === 0) return
    const fail = (error: unknown): void => {
      if (isWriteRefused(error)) replica.unfit()
      destroy(client)
    }
    client.query = function query(this: RoutableClient, ...args: unknown[]): unknown {
      const { query: send } = Object.getPrototypeOf(this) as RoutableClient
      return replica.isSending || isSubmittable(args[0]) ? send.apply(this, args) : ofSetup(send.bind(this), args, fail)
    }
    try {
      primary.emit('connect', client)
    } catch {
      replica.unfit()
    }
  }
  replica.pool.on('connect', asOurs(share))
}

/** A statement of a setup. What waits for one that has failed waits for ever: to go on without an answer could throw. */
function ofSetup(send: RoutableClient['query'], args: unknown[], fail: (error: unknown) => void): unknown {
  const last = args.length - 1
  const callback = args[last]
  if (typeof callback === 'function')
    args[last] = (error: unknown, ...rest: unknown[]): unknown => (error ? fail(error) : callback(error, ...rest))
  const result = send(...args)
  return isThenable(result) ? new Promise(resolve => void result.then(resolve, fail)) : result
}
