import { currentWork, disposeTogether, patchMethod, runAsWork, type WorkUnit } from '@homeostat/signals'
import { UnsupportedDriverError } from '../../errors.ts'
import type { ClientShape, PoolShape } from '../driver.ts'
import { missingMethod } from '../driver.ts'

/** What pg-pool queues for each call of `connect()`. */
export interface PendingItem {
  callback: (error: unknown, ...rest: unknown[]) => unknown
  /** Set by pg-pool when the call was answered with a timeout while it waited. */
  readonly timedOut?: boolean
}

/** A call for a connection, as far as the patches look at it. */
export interface AskedRequest {
  /** The unit of work that asks. */
  readonly work: WorkUnit | undefined
}

/** A connection that is lent, as far as the patches look at it. */
export interface LentNow {
  /** Whether the pool submits a statement of its `query()` now, in the same call. */
  isHandedToQuery: boolean
}

/** Follows what happens to the connections of pools. No method may throw. */
export interface PoolObserver<Request extends AskedRequest> {
  /**
   * A call for a connection begins, by the function that was called.
   *
   * @param isForQuery - whether it is the pool that asks, for a `pool.query()`
   * @returns what {@link askedFor} gets; undefined where it is not followed
   */
  asked(pool: PoolShape, called: (...args: never[]) => unknown, isForQuery: boolean): Request | undefined
  /** It has been queued, is being connected for, or was refused. */
  askedFor(pool: PoolShape, request: Request): void
  /** A new connection is opened for a call. */
  opening(pool: PoolShape, item: PendingItem): void
  /** A call gets a connection. @returns undefined where that is not followed */
  lent(client: ClientShape, item: PendingItem, isNew: boolean): LentNow | undefined
  /** The application has given a connection back. */
  returned(client: ClientShape): void
}

/** pg-pool's class. Its private methods are optional: without them a pool is counted, and its connections are not followed. */
interface PoolPrototype {
  connect(this: PoolShape, ...args: unknown[]): unknown
  query(this: PoolShape, ...args: unknown[]): unknown
  newClient(this: PoolShape, item: PendingItem): unknown
  _acquireClient(this: PoolShape, client: ClientShape, item: PendingItem, listener: unknown, isNew: unknown): unknown
  _release(this: PoolShape, client: ClientShape, listener: unknown, error: unknown): unknown
}

/**
 * Follows the connections of the pools of one copy of pg-pool, by wrapping the four methods that every call goes through, and
 * `query`: there the pool calls itself, so that nothing of the application runs between a loan and its statement. Neither events nor promises nor callbacks are touched: a listener of ours on a pool would be seen by the application.
 *
 * @throws UnsupportedDriverError when the class has no `connect`
 */
export function patchPools<Request extends AskedRequest>(
  exports: unknown,
  observer: PoolObserver<Request>,
): () => void {
  const missing = missingMethod(exports, ['connect'])
  if (missing !== undefined) throw new UnsupportedDriverError(`the pool's ${missing}`)
  const { prototype } = exports as { prototype: PoolPrototype }
  const asking: Asking = { isQuery: false }
  const restores = [patchConnect(prototype, observer, asking)]
  // All three or none: half of them would leave connections that are lent and never come back.
  if (missingMethod(exports, ['newClient', '_acquireClient', '_release']) === undefined)
    restores.push(...patchLending(prototype, observer))
  if (missingMethod(exports, ['query']) === undefined) restores.push(patchQuery(prototype, asking))
  const undo = disposeTogether(...restores.map(restore => ({ [Symbol.dispose]: restore })))
  return () => undo[Symbol.dispose]()
}

/** Which call of a pool is under way. */
interface Asking {
  /** A `pool.query()`, which has not asked for a connection yet. */
  isQuery: boolean
}

function patchQuery(prototype: PoolPrototype, asking: Asking): () => void {
  return patchMethod(prototype, 'query', (original, isActive) => {
    return function query(this: PoolShape) {
      asking.isQuery = isActive()
      try {
        // oxlint-disable-next-line prefer-rest-params -- hands on exactly what came, without an array
        return original.apply(this, arguments as unknown as unknown[])
      } finally {
        asking.isQuery = false
      }
    }
  })
}

function patchConnect<Request extends AskedRequest>(
  prototype: PoolPrototype,
  observer: PoolObserver<Request>,
  asking: Asking,
): () => void {
  return patchMethod(prototype, 'connect', (original, isActive) => {
    return function connect(this: PoolShape, callback?: unknown) {
      const isForQuery = asking.isQuery
      asking.isQuery = false
      // oxlint-disable-next-line prefer-rest-params -- hands on exactly what came, without an array
      if (!isActive()) return original.apply(this, arguments as unknown as unknown[])
      const request = observer.asked(this, connect, isForQuery)
      const work = request === undefined ? currentWork() : request.work
      try {
        if (work !== undefined && typeof callback === 'function')
          return original.call(this, inWork(work, callback as Lent))
        // oxlint-disable-next-line prefer-rest-params -- as above
        return original.apply(this, arguments as unknown as unknown[])
      } finally {
        if (request !== undefined) observer.askedFor(this, request)
      }
    }
  })
}

function patchLending<Request extends AskedRequest>(
  prototype: PoolPrototype,
  observer: PoolObserver<Request>,
): (() => void)[] {
  return [
    patchMethod(prototype, 'newClient', (original, isActive) => {
      return function newClient(this: PoolShape, item: PendingItem) {
        if (isActive()) observer.opening(this, item)
        return original.call(this, item)
      }
    }),
    patchMethod(prototype, '_acquireClient', (original, isActive) => {
      return function acquireClient(this: PoolShape, client, item, listener, isNew) {
        const lent = isActive() ? observer.lent(client, item, isNew === true) : undefined
        try {
          return original.call(this, client, item, listener, isNew)
        } finally {
          if (lent !== undefined) lent.isHandedToQuery = false
        }
      }
    }),
    patchMethod(prototype, '_release', (original, isActive) => {
      return function release(this: PoolShape, client, listener, error) {
        if (isActive()) observer.returned(client)
        return original.call(this, client, listener, error)
      }
    }),
  ]
}

/** Called with a connection once the pool has one. */
type Lent = (...args: unknown[]) => unknown

/** A full pool calls back in the context of the work that gave a connection back. The statements that follow are not that work's. */
function inWork(work: WorkUnit, lent: Lent): Lent {
  return (...args) => runAsWork(work, () => lent(...args))
}
