// Caches. The counts are exported and the ratio is derived, so that no lookups give no ratio.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

export const cacheRequests: MetricDefinition = {
  name: 'homeostat.cache.requests',
  kind: 'counter',
  unit: '{request}',
  description: 'Cache lookups by result',
  attributes: [a.cacheName, a.cacheResult],
}

export const cacheEntries: MetricDefinition = {
  name: 'homeostat.cache.entries',
  kind: 'gauge',
  unit: '{entry}',
  description: 'Entries held by an in-process cache, expired ones included until they are removed',
  attributes: [a.cacheName],
}
