import { asOurs } from '../../ours.ts'
import { driverClasses } from '../../signals/handed-drivers.ts'
import type { PoolShape } from '../../signals/driver.ts'
import type { RoutableClient, RoutablePool, RoutablePoolClass } from './driver-shapes.ts'
import { isSubmittable, isThenable } from './calling-forms.ts'
import { isRoutablePool } from './driver-shapes.ts'
import { destroy, optionsOf } from './probe.ts'
import { isWriteRefused } from './read-failure.ts'
import type { Replica } from './replica.ts'

/**
 * The pool of a replica: the one given, or a new one of pg's own class: a class of the application may be constructed in another way. What
 * is left out, also in a connection string, is the primary's.
 */
export function poolOf(given: string | object, primary: RoutablePool): RoutablePool {
  if (isRoutablePool(given)) return given
  const own: Record<string, unknown> = typeof given === 'string' ? { connectionString: given } : givenOf({ ...given })
  const inherited = optionsOf(primary)
  // The driver reads connection strings and the environment. What it has read stands in the place of the string.
  const settings = { ...inherited, ...parametersOf(primary, inherited), connectionString: undefined }
  const { connectionString } = own
  delete own['connectionString']
  const ofString = typeof connectionString === 'string' ? partsOf(connectionString, primary) : {}
  // Each process would otherwise wait for a replica that is away for as long as the network does.
  const connectionTimeoutMillis = inherited['connectionTimeoutMillis'] || 2_000
  const Pool = (libraryPoolOf(primary) ?? primary.constructor) as RoutablePoolClass
  return new Pool({ ...settings, connectionTimeoutMillis, Client: primary.Client, ...own, ...ofString })
}

/** What pg takes from the options, their connection string, the environment and its defaults. */
function parametersOf(primary: RoutablePool, options: object): Record<string, unknown> {
  const { connectionParameters: read = {} } = new primary.Client(options)
  return givenOf(Object.fromEntries(Object.getOwnPropertyNames(read).map(name => [name, Reflect.get(read, name)])))
}

/** What a connection string says, without what pg would fill in. One that is not a URL of Postgres says everything. */
function partsOf(connectionString: string, primary: RoutablePool): Record<string, unknown> {
  const read = parametersOf(primary, { connectionString })
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined
  if (url === undefined || !/^postgres(?:ql)?:$/.test(url.protocol)) return read
  const { searchParams: query, username, password, hostname, port, pathname } = url
  const said = new Set([...query.keys()].flatMap(name => (name.startsWith('ssl') ? [name, 'ssl'] : name)))
  for (const [name, part] of Object.entries({ user: username, password, host: hostname, port, database: pathname }))
    if (part !== '' && part !== '/') said.add(name)
  return Object.fromEntries(Object.entries(read).filter(([name]) => said.has(name)))
}

/** An option that is undefined, as from a variable of the environment that is not set, is left out. */
function givenOf(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  )
}

/** pg's own class of a pool, behind the classes that the application has derived from it. */
export function libraryPoolOf(pool: RoutablePool): RoutablePoolClass | undefined {
  return driverClasses(pool as unknown as PoolShape).pool as RoutablePoolClass | undefined
}

/** What pg-pool reports of its clients. */
const EVENTS = ['connect', 'acquire', 'release', 'remove'] as const

/**
 * Lets the application's listeners for `connect` and `acquire` set up the sessions of a replica's pool as they do on the primary. A setup
 * that writes cannot run there: then sessions would differ, so the replica is not used. A setup may fail in many more ways on a server that
 * may go away, and hardly anybody handles that: the connection is closed, and the application does not hear of it.
 */
export function shareSetup(replica: Replica, primary: RoutablePool): void {
  const known = new WeakSet<RoutableClient>()
  const watch = (client: RoutableClient): void => {
    if (known.has(client)) return
    known.add(client)
    const fail = (error: unknown): void => {
      if (isWriteRefused(error)) replica.unfit()
      destroy(client)
    }
    client.query = function query(this: RoutableClient, ...args: unknown[]): unknown {
      const { query: send } = Object.getPrototypeOf(this) as RoutableClient
      return replica.isSending || isSubmittable(args[0]) ? send.apply(this, args) : ofSetup(send.bind(this), args, fail)
    }
  }
  for (const event of EVENTS) {
    const isHeard = (): boolean => primary.listenerCount(event) > 0
    const share = (...args: unknown[]): void => {
      if (!isHeard()) return
      watch((event === 'release' ? args[1] : args[0]) as RoutableClient)
      try {
        primary.emit(event, ...args)
      } catch {
        replica.unfit()
      }
    }
    replica.pool.on(event, asOurs(share, isHeard))
  }
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
