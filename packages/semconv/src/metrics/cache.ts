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

export const cacheTrialLookups: MetricDefinition = {
  name: 'homeostat.cache.trial.lookups',
  kind: 'gauge',
  unit: '{request}',
  description:
    'Lookups of the keys that the present block of a trial compares, since the trial began: of those that were warmed, and of those that were left alone',
  attributes: [a.cacheName, a.trialArm],
}

export const cacheTrialHits: MetricDefinition = {
  name: 'homeostat.cache.trial.hits',
  kind: 'gauge',
  unit: '{request}',
  description: 'How many of homeostat.cache.trial.lookups found the key',
  attributes: [a.cacheName, a.trialArm],
}
