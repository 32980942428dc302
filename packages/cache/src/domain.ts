import type { Domain } from '@homeostat/optimizer'
import { createExpiredEntries } from './actions/expired-entries.ts'
import type { CacheInstrumentationConfig } from './instrumentation.ts'
import { CacheInstrumentation } from './instrumentation.ts'
import type { SeenLruCache } from './signals/lru-caches.ts'

export { createExpiredEntries, type ExpiredEntriesOptions } from './actions/expired-entries.ts'

export interface CacheOptions {
  readonly instrumentation?: CacheInstrumentationConfig
  /** Longest stretch that clearing expired entries holds the event loop, in milliseconds. @default 2 */
  readonly sliceMs?: number
}

/**
 * In-process caches: their signals, and the part of `memory.cleanup` that removes what has expired.
 *
 * No rules: whether the hit ratio of a cache in memory is low depends on what it is for, and nothing here could raise it.
 *
 * @example
 * ```ts
 * const memory = cache()
 * const domains = [memory, runtime({ reclaimers: () => memory.reclaimers })]
 * ```
 */
export function cache(options: CacheOptions = {}): Domain<CacheInstrumentation> {
  const { sliceMs } = options
  const instrumentation = new CacheInstrumentation(options.instrumentation)
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
