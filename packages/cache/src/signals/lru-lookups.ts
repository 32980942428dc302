import { subscribe, unsubscribe } from 'node:diagnostics_channel'
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
  /** Whether `fetch()` is counted as well. */
  readonly fetches: boolean
}

/** Anybody may publish on a channel. */
function isCache(message: LruMessage | null | undefined): message is LruMessage & { cache: LruCache } {
  const cache: unknown = message?.cache
  return typeof cache === 'object' && cache !== null
}

/** Counts the lookups of every lru-cache of the process, through its diagnostics channels. */
export function countLruLookups(registry: Registry, caches: LruCaches, options: LruLookupOptions): Disposable {
  const known = new WeakMap<LruCache, CacheSeries>()

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
      if (status === ownLookup || !isCache(status)) return
      const series = known.get(status.cache) ?? adopt(status.cache)
      const result = lookupResult(status)
      if (result !== undefined) series[result]?.add()
    } catch (error) {
      registry.faults.report('signal', error)
    }
  }

  const listen = (channel: string): Disposable => {
    subscribe(channel, onMessage)
    return { [Symbol.dispose]: () => void unsubscribe(channel, onMessage) }
  }
  return options.fetches ? disposeTogether(listen(METRICS_CHANNEL), listen(TRACING_CHANNEL)) : listen(METRICS_CHANNEL)
}
