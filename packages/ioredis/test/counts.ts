import { attributes, metrics } from '@homeostat/semconv'
import type { IORedisInstrumentation } from '../src/index.ts'

/** Hits and misses of a cache, as the instrumentation counts them now. */
export function countsOf({ registry }: IORedisInstrumentation, cache = 'redis'): { hit: number; miss: number } {
  const metric = registry.collect().metrics.find(({ descriptor }) => descriptor.name === metrics.cacheRequests.name)
  const value = (result: string): number =>
    Number(
      metric?.dataPoints.find(
        point =>
          point.attributes[attributes.cacheName] === cache && point.attributes[attributes.cacheResult] === result,
      )?.value ?? 0,
    )
  return { hit: value('hit'), miss: value('miss') }
}

/** How many failures the instrumentation has contained. */
export function faultsOf({ registry }: IORedisInstrumentation): number {
  const metric = registry.collect().metrics.find(({ descriptor }) => descriptor.name === metrics.errors.name)
  return metric?.dataPoints.reduce((sum, point) => sum + Number(point.value), 0) ?? 0
}
