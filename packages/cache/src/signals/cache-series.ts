import type { CounterSeries, Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'
import type { LookupResult } from './lru-message.ts'

/** The lookups of one cache name. All three counters start at 0 together, so that a ratio of them misses none. */
export type CacheSeries = Readonly<Record<LookupResult, CounterSeries>>

export function cacheSeries(registry: Registry, name: string): CacheSeries {
  const requests = registry.counter(metrics.cacheRequests)
  const bind = (result: LookupResult): CounterSeries =>
    requests.with({ [attributes.cacheName]: name, [attributes.cacheResult]: result })
  return { hit: bind('hit'), miss: bind('miss'), stale: bind('stale') }
}
