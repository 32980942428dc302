import type { ScopeMetrics } from '../src/index.ts'
import { Registry } from '../src/index.ts'

export interface SampleRegistry {
  readonly registry: Registry
  /** Moves the registry's clock. */
  readonly at: (nowMs: number) => void
}

/** A registry whose clock stands still until it is moved. */
export function sampleRegistry(maxSeries = 2000): SampleRegistry {
  let nowMs = 1_000
  const registry = new Registry({ scope: { name: 'sample', version: '1.0.0' }, maxSeries, clock: () => nowMs })
  return { registry, at: ms => void (nowMs = ms) }
}

/** `{ 'metric shop': value }` of every number point, and of every histogram its counts and sum. */
export function valuesOf({ metrics }: ScopeMetrics): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const metric of metrics) {
    for (const { attributes, value } of metric.dataPoints) {
      const named = typeof attributes['shop'] === 'string' ? attributes['shop'] : JSON.stringify(attributes)
      const shop = attributes['otel.metric.overflow'] === true ? 'overflow' : named
      values[`${metric.descriptor.name} ${shop}`] =
        typeof value === 'number' ? value : { counts: value.buckets.counts, sum: value.sum }
    }
  }
  return values
}
