export { attributes, type AttributeKey } from './attributes.ts'
export type { MetricDefinition, MetricKind } from './metric-definition.ts'
/** Every metric, by the name that code uses for it. */
export * as metrics from './metrics.ts'
export { promName } from './prom-name.ts'
export { promAnywhere, promForeignScope, promScope, promUnnamedScope } from './prom-scope.ts'
export { measuredAttributes, measuredMetrics } from './measured.ts'
export { upstreamMetrics, type UpstreamMetric } from './upstream.ts'
export { events, spans } from './records.ts'
