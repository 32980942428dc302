export { attributes, type AttributeKey } from './attributes.ts'
export type { MetricDefinition, MetricKind } from './metric-definition.ts'
export * as metrics from './metrics.ts'
export { upstreamMetrics } from './upstream.ts'
