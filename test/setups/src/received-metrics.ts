import type { OtlpMetric, OtlpRequest } from '@homeostat/otlp'
import type { Received } from './observation.ts'

const KINDS = ['sum', 'gauge', 'histogram', 'exponentialHistogram'] as const
const DELTA = 1

/** The points of a request of OTLP. */
export function receivedIn({ resourceMetrics }: OtlpRequest): Received[] {
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ scope, metrics }) => metrics.flatMap(metric => pointsOf(scope.name, metric)))
}

function pointsOf(scope: string, metric: OtlpMetric): Received[] {
  return KINDS.flatMap(kind => {
    const { dataPoints = [], aggregationTemporality } = metric[kind] ?? {}
    return dataPoints.map(({ attributes = [], asInt, asDouble, count }) => ({
      scope,
      metric: metric.name,
      kind: `${kind} ${metric.unit ?? ''}`,
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value ?? {})[0]])),
      value: Number(asInt ?? asDouble ?? count ?? 0),
      isDelta: aggregationTemporality === DELTA,
    }))
  })
}
