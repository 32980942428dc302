import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api'
import type { DataPoint, HistogramValue, MetricData, ScopeMetrics, Temporality } from '@homeostat/signals'
import { CUMULATIVE, DELTA, GAUGE_POINT, HISTOGRAM_POINT, hrTime, SUM_POINT } from '@homeostat/signals'

/**
 * The parts of OTLP's JSON that are read; 64-bit numbers are texts.
 * Source: opentelemetry-proto `metrics/v1/metrics.proto` and the JSON encoding of the OTLP specification.
 */
export interface OtlpExport {
  readonly resourceMetrics?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] }
    readonly scopeMetrics?: readonly {
      readonly scope?: { readonly name?: string; readonly version?: string }
      readonly metrics?: readonly OtlpMetric[]
    }[]
  }[]
}

interface OtlpAttribute {
  readonly key: string
  readonly value?: {
    readonly stringValue?: string
    readonly boolValue?: boolean
    readonly intValue?: string | number
    readonly doubleValue?: number
    readonly arrayValue?: { readonly values?: readonly OtlpAttribute['value'][] }
  }
}

interface OtlpMetric {
  readonly name: string
  readonly unit?: string
  readonly gauge?: { readonly dataPoints?: readonly OtlpPoint[] }
  readonly sum?: { readonly dataPoints?: readonly OtlpPoint[]; readonly isMonotonic?: boolean } & OtlpTemporality
  readonly histogram?: { readonly dataPoints?: readonly OtlpPoint[] } & OtlpTemporality
}

interface OtlpTemporality {
  readonly aggregationTemporality?: number | string
}

interface OtlpPoint {
  readonly attributes?: readonly OtlpAttribute[]
  readonly startTimeUnixNano?: string | number
  readonly timeUnixNano?: string | number
  readonly asDouble?: number | string
  readonly asInt?: string | number
  readonly count?: string | number
  readonly sum?: number
  readonly bucketCounts?: readonly (string | number)[]
  readonly explicitBounds?: readonly number[]
  readonly flags?: number
}

/** One scope's metrics of an export, and their time. */
export interface OtlpCollection {
  readonly at: number
  readonly metrics: ScopeMetrics
}

/**
 * The collections of one export. The resource's service and instance become the labels `job` and `instance`, as in
 * Prometheus's own receiver; exponential histograms and summaries are left out, because rules cannot see them.
 */
export function collectionsOf({ resourceMetrics = [] }: OtlpExport): OtlpCollection[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics = [] }) => {
    const target = targetLabels(attributesOf(resource?.attributes))
    return scopeMetrics.map(({ scope, metrics = [] }) => {
      const found = metrics.flatMap(metric => metricOf(metric, target))
      const at = Math.max(0, ...found.flatMap(({ dataPoints }) => dataPoints.map(({ endTime }) => epochMs(endTime))))
      const { name = '', version } = scope ?? {}
      return { at, metrics: { scope: { name, ...(version && { version }) }, metrics: found } }
    })
  })
}

function metricOf({ name, unit = '', gauge, sum, histogram }: OtlpMetric, target: Attributes): MetricData[] {
  const descriptor = { name, unit, description: '', valueType: ValueType.DOUBLE }
  const points = <T>(from: readonly OtlpPoint[] = [], valueOf: (point: OtlpPoint) => T): DataPoint<T>[] =>
    from.filter(({ flags = 0 }) => (flags & NO_VALUE) === 0).map(point => pointOf(point, target, valueOf(point)))
  if (gauge) {
    const dataPoints = points(gauge.dataPoints, numberOf)
    return [{ descriptor, aggregationTemporality: CUMULATIVE, dataPointType: GAUGE_POINT, dataPoints }]
  }
  if (sum) {
    const dataPoints = points(sum.dataPoints, numberOf)
    const { isMonotonic = false } = sum
    return [
      { descriptor, aggregationTemporality: temporalityOf(sum), dataPointType: SUM_POINT, isMonotonic, dataPoints },
    ]
  }
  if (histogram) {
    const dataPoints = points(histogram.dataPoints, histogramOf)
    return [
      { descriptor, aggregationTemporality: temporalityOf(histogram), dataPointType: HISTOGRAM_POINT, dataPoints },
    ]
  }
  return []
}

/** `DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK` */
const NO_VALUE = 1

function pointOf<T>(point: OtlpPoint, target: Attributes, value: T): DataPoint<T> {
  const endTime = timeOf(point.timeUnixNano)
  return {
    startTime: point.startTimeUnixNano === undefined ? endTime : timeOf(point.startTimeUnixNano),
    endTime,
    attributes: { ...target, ...attributesOf(point.attributes) },
    value,
  }
}

function numberOf({ asDouble, asInt }: OtlpPoint): number {
  return Number(asDouble ?? asInt ?? Number.NaN)
}

function histogramOf({ count = 0, sum, bucketCounts = [], explicitBounds = [] }: OtlpPoint): HistogramValue {
  const buckets = { boundaries: [...explicitBounds], counts: bucketCounts.map(Number) }
  return { buckets, count: Number(count), ...(sum !== undefined && { sum }) }
}

/** 1 is delta, 2 cumulative; some writers spell them out. */
function temporalityOf({ aggregationTemporality: text }: OtlpTemporality): Temporality {
  return text === 1 || text === 'AGGREGATION_TEMPORALITY_DELTA' ? DELTA : CUMULATIVE
}

function timeOf(unixNano: string | number = 0): HrTime {
  return hrTime(Number(unixNano) / 1e6)
}

function epochMs([seconds, nanos]: HrTime): number {
  return Math.round(seconds * 1000 + nanos / 1e6)
}

function attributesOf(attributes: readonly OtlpAttribute[] = []): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))
}

function valueOf(value: OtlpAttribute['value']): Attributes[string] {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(each => String(valueOf(each)))
  if (value?.intValue !== undefined) return Number(value.intValue)
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue
}

/** https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes */
function targetLabels(resource: Attributes): Attributes {
  const text = (key: string): string | undefined => (typeof resource[key] === 'string' ? resource[key] : undefined)
  const [namespace, name, instance] = [text('service.namespace'), text('service.name'), text('service.instance.id')]
  return {
    ...(name !== undefined && { job: namespace === undefined ? name : `${namespace}/${name}` }),
    ...(instance !== undefined && { instance }),
  }
}
