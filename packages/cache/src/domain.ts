import type { DomainDefinition, DomainWith } from '@homeostat/optimizer'
import { checkedOptions } from '@homeostat/signals/options'
import { createExpiredEntries } from './actions/expired-entries.ts'
import { CacheInstrumentation } from './instrumentation.ts'
import { createLimitKnob } from './limits/limit-knob.ts'
import type { CacheOptions } from './options.ts'
import { cacheOptions } from './options.ts'
import type { SeenLruCache } from './signals/lru-caches.ts'

export { cacheOptions, type CacheOptions } from './options.ts'
export { createLimitKnob, type LimitKnobOptions } from './limits/limit-knob.ts'
export { createExpiredEntries, type ExpiredEntriesOptions } from './actions/expired-entries.ts'

/**
 * Everything that this package provides, for `homeostat()`: the signals of in-process caches, the part of `memory.cleanup` that
 * removes what has expired, and the knob `cache.limit` for caches that may be resized. `homeostat()` creates it from its options.
 *
 * No rules: whether the hit ratio of a cache in memory is low depends on what it is for, and nothing here could raise it.
 *
 * @example
 * ```ts
 * const h = homeostat({ cache: { names: cache => (cache === products ? 'products' : undefined) } })
 * ```
 */
export function cache(
  options: CacheOptions = {},
): DomainWith<CacheInstrumentation, 'knobs' | 'observes' | 'reclaimers'> {
  const { sliceMs, ...config } = checkedOptions(cacheOptions, options, 'cache')
  const instrumentation = new CacheInstrumentation(config)
  const caches = (): readonly SeenLruCache[] => instrumentation.lruCaches()
  return {
    name: 'cache',
    instrumentation,
    observes: {
      caches: {
        expects: 'an lru-cache, or another cache with get(), set(), has() and size',
        observe: object => instrumentation.observe(object),
      },
    },
    knobs: [createLimitKnob({ limits: instrumentation.limits, sliceMs })],
    reclaimers: [createExpiredEntries({ caches, ...(sliceMs === undefined ? undefined : { sliceMs }) })],
  }
}

/** The option `cache` of `homeostat()`: hit rates of in-process caches, and `cache.limit`. */
export const definition: DomainDefinition<CacheOptions> = { options: cacheOptions, place: 10, create: cache }
