/** The parts of `ExportMetricsServiceRequest` that tests look at. */
export interface OtlpRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] }
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string; readonly version?: string }
      readonly metrics: readonly OtlpMetric[]
    }[]
  }[]
}

interface OtlpAttribute {
  readonly key: string
  readonly value?: { readonly stringValue?: string; readonly intValue?: string; readonly boolValue?: boolean }
}

interface OtlpPoints {
  readonly dataPoints: readonly OtlpPoint[]
  readonly aggregationTemporality?: number
  readonly isMonotonic?: boolean
}

/** One metric of a request. */
export interface OtlpMetric {
  readonly name: string
  readonly unit?: string
  readonly gauge?: OtlpPoints
  readonly sum?: OtlpPoints
  readonly histogram?: OtlpPoints
  readonly exponentialHistogram?: OtlpPoints
}

/** One point of a metric. */
export interface OtlpPoint {
  readonly attributes?: readonly OtlpAttribute[]
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
  readonly asDouble?: number
  readonly asInt?: string
  readonly count?: string
  readonly bucketCounts?: readonly string[]
  readonly explicitBounds?: readonly number[]
}

/** The metrics of requests, by scope and name, in the order in which they came. */
export function metricsIn(requests: readonly OtlpRequest[], name: string): OtlpMetric[] {
  return requests.flatMap(({ resourceMetrics }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) => metrics.filter(metric => metric.name === name)),
    ),
  )
}

/** The points of a metric. */
export function pointsOf({ gauge, sum, histogram }: OtlpMetric): readonly OtlpPoint[] {
  return (gauge ?? sum ?? histogram)!.dataPoints
}

/** The attributes of the resource of a request. */
export function resourceOf({ resourceMetrics }: OtlpRequest): Record<string, unknown> {
  const { attributes } = resourceMetrics[0]!.resource
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value?.stringValue ?? value?.intValue ?? value?.boolValue]),
  )
}
