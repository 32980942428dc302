/** What a metric measures over time, in OpenTelemetry's words. */
export type MetricKind = 'counter' | 'upDownCounter' | 'gauge' | 'histogram'

/** Everything there is to know about one metric. Docs, dashboards and exposition are generated from it. */
export interface MetricDefinition {
  /** Dotted OpenTelemetry name, without a unit suffix. */
  readonly name: string
  readonly kind: MetricKind
  /** UCUM, e.g. `s`, `By`, `1`, `{job}`. */
  readonly unit: string
  /** An upstream name keeps its upstream text: exporters warn when two scopes describe one name differently. */
  readonly description: string
  /** The attribute keys a series of this metric may carry; any other key is a mistake. */
  readonly attributes: readonly string[]
  /** Upper bounds of a histogram's buckets in the metric's unit, ascending, without `+Inf`. */
  readonly buckets?: readonly number[]
  /** Where the name comes from when it is not ours. */
  readonly upstream?: string
}
