import { asOurs } from '../../ours.ts'
import { override, type Method } from './calling-forms.ts'
import type { RoutablePool } from './driver-shapes.ts'

/** What the end of a routed pool needs. */
export interface PoolEndTerms {
  readonly pool: RoutablePool
  /** Takes no more statements. @returns when those under way are answered and clients returned; undefined without any */
  readonly close: () => Promise<unknown> | undefined
  /** Ends the routing, after those reads. */
  readonly stop: () => Promise<void>
  readonly report: (error: unknown) => void
}

/**
 * Replaces `end` of the pool: reads that replicas have are answered first, as a replica that fails leaves them to the primary.
 *
 * @returns what restores it, unless it was called
 */
export function replaceEnd({ pool, close, stop, report }: PoolEndTerms): () => void {
  let isEnding = false
  const endOnce = (end: Method): Promise<void> => {
    if (isEnding) return Promise.reject(new Error('Called end on pool more than once'))
    isEnding = true
    const answered = close()
    const stopped = stop().catch(report)
    const ended = answered ? answered.then(() => end.call(pool) as Promise<void>) : (end.call(pool) as Promise<void>)
    return ended.then(async () => stopped)
  }
  const restore = override(pool, 'end', original =>
    asOurs((callback?: unknown): unknown => {
      const ended = endOnce(original())
      if (typeof callback !== 'function') return ended
      void callBackAfter(ended, callback as () => void)
      return undefined
    }),
  )
  return () => {
    if (!isEnding) restore()
  }
}

/** What pg-pool says of a statement that comes later. */
export function poolHasEnded(): Error {
  return new Error('Cannot use a pool after calling end on the pool')
}

async function callBackAfter(ended: Promise<unknown>, callback: (error?: unknown) => void): Promise<void> {
  let failure: unknown
  await ended.catch((error: unknown) => void (failure = error))
  // What the callback throws is the application's, as in pg.
  setImmediate(callback, failure)
}
