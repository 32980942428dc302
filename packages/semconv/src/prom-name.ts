import type { AttributeKey } from './attributes.ts'
import type { UpstreamMetric } from './upstream.ts'
import type { MetricDefinition } from './metric-definition.ts'

/**
 * How PromQL spells a metric or attribute: dots are underscores, and a counter ends in `_total`, which the name of a metric of another
 * instrumentation gets from its caller. Units are left out, since
 * whether an exporter appends them is an option of the exporter.
 *
 * Source: OpenTelemetry specification, "Prometheus and OpenMetrics compatibility".
 *
 * @example
 * ```ts
 * promName(metrics.cacheRequests) // 'homeostat_cache_requests_total'
 * promName(attributes.cacheName) // 'homeostat_cache_name'
 * ```
 */
export function promName(named: MetricDefinition | AttributeKey | UpstreamMetric): string {
  if (typeof named === 'string') return underscored(named)
  return named.kind === 'counter' ? `${underscored(named.name)}_total` : underscored(named.name)
}

function underscored(name: string): string {
  return name.replaceAll(/\W/g, '_')
}
