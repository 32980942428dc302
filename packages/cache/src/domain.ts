import type { Domain } from '@homeostat/optimizer'
import { createExpiredEntries } from './actions/expired-entries.ts'
import type { CacheInstrumentationConfig } from './instrumentation.ts'
import { CacheInstrumentation } from './instrumentation.ts'
import type { SeenLruCache } from './signals/lru-caches.ts'

export { createExpiredEntries, type ExpiredEntriesOptions } from './actions/expired-entries.ts'

export interface CacheOptions extends CacheInstrumentationConfig {
  /** Longest stretch that clearing expired entries holds the event loop, in milliseconds. @default 2 */
  sliceMs?: number
}

/**
 * Everything this package brings, for `homeostat()`: the signals of in-process caches, and the part of `memory.cleanup` that
 * removes what has expired. `homeostat()` makes one by itself, of the options it is given.
 *
 * No rules: whether the hit ratio of a cache in memory is low depends on what it is for, and nothing here could raise it.
 *
 * @example
 * ```ts
 * const h = homeostat({ cache: { names: cache => (cache === products ? 'products' : undefined) } })
 * ```
 */
export function cache(options: CacheOptions = {}): Domain<CacheInstrumentation> {
  const { sliceMs, ...config } = options
  const instrumentation = new CacheInstrumentation(config)
  const caches = (): readonly SeenLruCache[] => instrumentation.lruCaches()
  return {
    name: 'cache',
    instrumentation,
    rules: [],
    responses: [],
    actions: [],
    knobs: [],
    reclaimers: [createExpiredEntries({ caches, ...(sliceMs === undefined ? undefined : { sliceMs }) })],
  }
}
