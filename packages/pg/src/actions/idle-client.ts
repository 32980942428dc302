import { isOurs } from '../ours.ts'
import type { LibraryPrototypes } from '../signals/library-prototypes.ts'
import type { PoolShape } from '../signals/driver.ts'

/** Code of the application that would run when a connection is closed. */
const POOL_EVENTS = ['acquire', 'connect', 'release', 'remove', 'error'] as const
const CLIENT_EVENTS = ['notification', 'notice', 'drain', 'end', 'error'] as const
const POOL_METHODS = ['_remove', 'emit', 'end'] as const
const CLIENT_METHODS = ['end', 'emit'] as const

/** What pg-pool keeps to itself and is read here: the same from pg-pool 2.0 to 3.14. */
export interface IdlePool extends PoolShape {
  readonly _idle?: unknown
  _remove?(client: object): void
  listeners?(event: string): readonly unknown[]
}

interface IdleClient {
  listeners?(event: string): readonly unknown[]
  on(event: string, listener: unknown): unknown
  removeListener(event: string, listener: unknown): unknown
}

interface IdleItem {
  readonly client: IdleClient
  /** The listener for errors that the pool has put on the idle client. Since pg-pool 2.0.7. */
  readonly idleListener?: unknown
}

export interface DriverCopies {
  readonly poolClasses: LibraryPrototypes
  readonly clientClasses: LibraryPrototypes
}

/** Why no connection of a pool may be closed, or undefined. */
export function obstacleOf(pool: IdlePool, { poolClasses }: DriverCopies): string | undefined {
  if (typeof pool._remove !== 'function' || !Array.isArray(pool._idle) || typeof pool.listeners !== 'function')
    return 'its class differs from that of pg-pool'
  if (!poolClasses.runsOwn(pool, POOL_METHODS)) return 'its class has methods of the application'
  // Everybody is to listen for errors, and closing causes none: a handler that only reports them does no harm.
  const handled = POOL_EVENTS.filter(event => event !== 'error' && !pool.listeners!(event).every(isOurs))
  if (handled.length > 0) return `the application handles its events (${handled.join(', ')})`
  return undefined
}

/** Closes the client that has been idle longest, or returns why none may be closed. */
export function closeIdleClient(pool: IdlePool, { clientClasses }: DriverCopies): string | undefined {
  let obstacle = 'none of its connections is idle'
  for (const { client, idleListener } of pool._idle as readonly IdleItem[]) {
    const handled = CLIENT_EVENTS.filter(event => hasOtherListeners(client, event, idleListener, pool))
    if (!clientClasses.runsOwn(client, CLIENT_METHODS)) obstacle = 'its clients are not of the JavaScript driver alone'
    else if (handled.length > 0) obstacle = `the application handles events of its clients (${handled.join(', ')})`
    else {
      // From here on the client is ours: should its connection break while it ends, the application's handler for errors of
      // the pool is not called for it.
      client.on('error', () => {})
      if (idleListener !== undefined) client.removeListener('error', idleListener)
      // Without a callback it does not look for the next waiter: there is none.
      pool._remove!(client)
      return undefined
    }
  }
  return obstacle
}

function hasOtherListeners(
  client: IdleItem['client'],
  event: (typeof CLIENT_EVENTS)[number],
  idleListener: unknown,
  pool: IdlePool,
): boolean {
  const listeners = client.listeners?.(event) ?? []
  const others = listeners.filter(listener => listener !== idleListener && !isOurs(listener))
  // The pool itself waits for the end of a client whose lifetime is limited.
  const ofThePool = event === 'end' && Number(pool.options?.['maxLifetimeSeconds']) > 0 ? 1 : 0
  const isUnknownListener = event === 'error' && idleListener === undefined ? 1 : 0
  return others.length > ofThePool + isUnknownListener
}
