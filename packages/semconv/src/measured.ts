import { attributes } from './attributes.ts'
import type { MetricDefinition } from './metric-definition.ts'
import * as metrics from './metrics.ts'
import { upstreamAttributes, upstreamDefinitions } from './upstream.ts'

/** Every metric that we measure, and those of other instrumentations that our rules read. */
export const measuredMetrics: readonly Pick<MetricDefinition, 'name' | 'unit' | 'kind'>[] = [
  ...Object.values<MetricDefinition>(metrics),
  ...upstreamDefinitions,
]

/** The attributes of {@link measuredMetrics}. */
export const measuredAttributes: readonly string[] = [...Object.values(attributes), ...upstreamAttributes]
