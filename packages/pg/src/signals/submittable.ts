import { currentWork, type LoopHolds } from '@homeostat/signals'
import type { Database } from './database.ts'
import type { QueryShape } from './driver.ts'

type Method = 'submit' | 'handleReadyForQuery' | 'handleError'

interface SubmittableObserver {
  now(): number
  readonly holds: LoopHolds
  report(error: unknown): void
}

/**
 * Times a query object that is not pg's own: a cursor, a query stream, a COPY stream. It is counted when it completes,
 * with the whole time until then. How fast the application reads is part of that, so it never counts as slow.
 *
 * Such objects bring their methods as they like (pg-query-stream: as own properties bound to another object), so this
 * one object is wrapped rather than its class, and gets its methods back when it completes.
 */
export function watchSubmittable(
  query: QueryShape,
  database: Database,
  observer: SubmittableObserver,
  isActive: () => boolean,
): void {
  if (watched.has(query) || typeof query.handleReadyForQuery !== 'function' || typeof query.handleError !== 'function')
    return
  watched.add(query)
  const work = currentWork()
  let startedAt = observer.now()
  const restores: (() => void)[] = []

  const complete = (record: (seconds: number) => void): void => {
    if (!watched.delete(query)) return
    try {
      if (isActive()) {
        const durationMs = observer.holds.duration(startedAt, observer.now())
        record(durationMs / 1000)
        work?.statementEnded(durationMs)
      }
    } catch (error) {
      observer.report(error)
    }
    for (const restore of restores) restore()
  }

  restores.push(
    shadow(query, 'submit', original => connection => {
      startedAt = observer.now()
      observer.holds.started(startedAt)
      return original.call(query, connection)
    }),
    shadow(query, 'handleReadyForQuery', original => connection => {
      complete(seconds => database.recordSuccess(seconds))
      return original.call(query, connection)
    }),
    shadow(query, 'handleError', original => (error, connection) => {
      complete(seconds => database.recordFailure(seconds, error))
      return original.call(query, error, connection)
    }),
  )
}

/** Query objects under way: one that is submitted twice is wrapped once. */
const watched = new WeakSet<QueryShape>()

type AnyMethod = (...args: unknown[]) => unknown

function shadow(query: QueryShape, name: Method, wrap: (original: AnyMethod) => AnyMethod): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(query, name)
  const wrapper = wrap(query[name] as AnyMethod)
  Object.defineProperty(query, name, {
    value: wrapper,
    configurable: true,
    writable: true,
    enumerable: descriptor?.enumerable ?? false,
  })
  return () => {
    if ((query[name] as AnyMethod) !== wrapper) return
    if (descriptor === undefined) Reflect.deleteProperty(query, name)
    else Object.defineProperty(query, name, descriptor)
  }
}
