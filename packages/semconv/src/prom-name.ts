import type { AttributeKey } from './attributes.ts'
import type { UpstreamMetric } from './upstream.ts'
import type { MetricDefinition } from './metric-definition.ts'

/**
 * The name of a metric or attribute in PromQL: dots are underscores, and a counter of ours ends in `_total`. The kind of a metric of
 * another instrumentation is not known here, so the caller adds `_total` to a counter. Units are left out, because an option of the
 * exporter decides whether they are appended.
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
