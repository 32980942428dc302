import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { diag } from '@opentelemetry/api'
import type { Registry } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import type { CacheSeries } from './cache-series.ts'
import { cacheSeries } from './cache-series.ts'
import type { LruCaches } from './lru-caches.ts'
import type { LruCache, LruMessage } from './lru-message.ts'
import { lookupResult, METRICS_CHANNEL, ownLookup } from './lru-message.ts'

/** The start event of lru-cache's `TracingChannel`. */
const TRACING_CHANNEL = 'tracing:lru-cache:start'

export interface LruLookupOptions {
  readonly nameOf: (cache: LruCache) => string
  /** The name of caches that cannot be distinguished. */
  readonly defaultName: string
  /** Whether `fetch()` is counted as well. */
  readonly fetches: boolean
}

/** Counts until it is disposed of. */
export interface LruLookups extends Disposable {
  /** Whether a cache has published an operation that names it. */
  readonly isKnown: (cache: object) => boolean
  /** The number of lookups that caches have published so far. */
  readonly published: () => number
}

/** Anybody may publish on a channel. */
function isCache(message: LruMessage | null | undefined): message is LruMessage & { cache: LruCache } {
  const cache: unknown = message?.cache
  return typeof cache === 'object' && cache !== null
}

/** A message of lru-cache 11.3. */
function isNameless(status: unknown): boolean {
  return typeof status === 'object' && status !== null && (status as LruMessage).cache === undefined
}

/** Counts the lookups of every lru-cache of the process, through its diagnostics channels. */
export function countLruLookups(registry: Registry, caches: LruCaches, options: LruLookupOptions): LruLookups {
  const known = new WeakMap<LruCache, CacheSeries>()
  let nameless: CacheSeries | undefined
  let published = 0

  // lru-cache 11.3 does not say which cache it was: its lookups count, under the default name.
  const adoptNameless = (): CacheSeries => {
    diag.info(
      `${registry.scope.name}: an lru-cache before 11.4 is in use, which does not report which cache it is: its lookups count as those of the cache ${options.defaultName}, and its entries are not reported; update lru-cache to 11.4 or later`,
    )
    return (nameless = cacheSeries(registry, options.defaultName))
  }

  const adopt = (cache: LruCache): CacheSeries => {
    const name = options.nameOf(cache)
    const series = cacheSeries(registry, name)
    known.set(cache, series)
    caches.add(cache, name)
    return series
  }

  // Runs inside each operation of each cache: it allocates nothing, and what it threw would end the process
  // (Node rethrows a subscriber's error as uncaught).
  const onMessage = (message: unknown): void => {
    try {
      const status = message as LruMessage
      if (status === ownLookup) return
      if (isNameless(status)) {
        const result = lookupResult(status)
        if (result === undefined) return
        published++
        ;(nameless ?? adoptNameless())[result].add()
        return
      }
      if (!isCache(status)) return
      const series = known.get(status.cache) ?? adopt(status.cache)
      const result = lookupResult(status)
      if (result === undefined) return
      published++
      series[result]?.add()
    } catch (error) {
      registry.faults.report('signal', error)
    }
  }

  const listen = (channel: string): Disposable => {
    subscribe(channel, onMessage)
    return { [Symbol.dispose]: () => void unsubscribe(channel, onMessage) }
  }
  const listening = options.fetches
    ? disposeTogether(listen(METRICS_CHANNEL), listen(TRACING_CHANNEL))
    : listen(METRICS_CHANNEL)
  return {
    isKnown: cache => known.has(cache as LruCache),
    published: () => published,
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  }
}
