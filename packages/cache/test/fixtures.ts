import { attributes, metrics } from '@homeostat/semconv'
import type { CacheInstrumentation } from '../src/index.ts'

/** Lookups by result, as a collection exports them; undefined when the cache has no series. */
export function lookups(instrumentation: CacheInstrumentation, name = 'memory'): Record<string, number> | undefined {
  const points = pointsOf(instrumentation, metrics.cacheRequests.name, name)
  if (points.length === 0) return undefined
  return Object.fromEntries(points.map(({ attributes: labels, value }) => [labels[attributes.cacheResult], value]))
}

/** Entries, as a collection exports them. */
export function entries(instrumentation: CacheInstrumentation, name = 'memory'): number | undefined {
  return pointsOf(instrumentation, metrics.cacheEntries.name, name)[0]?.value
}

function pointsOf(
  instrumentation: CacheInstrumentation,
  metric: string,
  name: string,
): { attributes: Record<string, unknown>; value: number }[] {
  const found = instrumentation.registry.collect().metrics.find(({ descriptor }) => descriptor.name === metric)
  return ((found?.dataPoints ?? []) as { attributes: Record<string, unknown>; value: number }[]).filter(
    ({ attributes: labels }) => labels[attributes.cacheName] === name,
  )
}

/** A clock for a cache's `perf` option, moved by hand. */
export function createClock(): { now: () => number; advance: (ms: number) => void } {
  // Not 0: lru-cache takes a start of 0 for none.
  let time = 1000
  return { now: () => time, advance: ms => void (time += ms) }
}
