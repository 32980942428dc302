import type { HandedObjects, Registry } from '@homeostat/signals'
import { patchMethod } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'
import { cacheSeries } from './cache-series.ts'
import type { NamedSize } from './entry-levels.ts'
import type { LruLookups } from './lru-lookups.ts'
import type { LruCache } from './lru-message.ts'

/** A cache that the application handed over, as far as it is used. */
export interface HandedCache {
  readonly size: number
  get(key: unknown, ...rest: unknown[]): unknown
}

export interface HandedCachesContext {
  readonly registry: Registry
  readonly nameOf: (cache: LruCache) => string
  /** A cache that publishes its own lookups is counted there. */
  readonly lookups: LruLookups
}

/** The handed caches that are counted here. */
export interface CountedCaches extends Disposable {
  living(): readonly NamedSize[]
}

export function isHandedCache(object: object): object is HandedCache {
  const methods = ['get', 'set', 'has']
  return (
    methods.every(name => typeof fieldOf(object, name) === 'function') && typeof fieldOf(object, 'size') === 'number'
  )
}

/** Counts the lookups of caches that publish none, by their method `get`. */
export function countHandedCaches(
  handed: HandedObjects<HandedCache>,
  { registry, nameOf, lookups }: HandedCachesContext,
): CountedCaches {
  let counted: { readonly ref: WeakRef<HandedCache>; readonly name: string }[] = []
  const living = (): NamedSize[] => {
    counted = counted.filter(({ ref }) => {
      const cache = ref.deref()
      return cache !== undefined && !lookups.isKnown(cache)
    })
    return counted.map(({ ref, name }) => ({ name, size: () => ref.deref()?.size ?? 0 }))
  }

  const followed = handed.follow(cache => {
    const name = nameOf(cache as HandedCache & LruCache)
    const series = cacheSeries(registry, name)
    const entry = { ref: new WeakRef(cache), name }
    const count = (found: unknown, before: number): void => {
      // The cache publishes its lookups, this one included: they are counted there.
      if (lookups.published() > before) {
        restore()
        counted = counted.filter(each => each !== entry)
        return
      }
      series[found === undefined ? 'miss' : 'hit'].add()
    }
    const restore = patchMethod(cache, 'get', (original, isActive) => {
      return function get(this: HandedCache) {
        const before = lookups.published()
        // oxlint-disable-next-line prefer-rest-params -- hands on exactly what came, without an array
        const found = original.apply(this, arguments as unknown as Parameters<HandedCache['get']>)
        if (isActive()) count(found, before)
        return found
      }
    })
    counted.push(entry)
    return restore
  })
  return {
    living,
    [Symbol.dispose]: () => {
      followed[Symbol.dispose]()
      counted = []
    },
  }
}
