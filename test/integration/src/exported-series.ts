/** One series as a backend receives it. */
export interface ExportedSeries {
  readonly scope: string
  readonly name: string
  readonly unit: string
  /** `sum`, `gauge` or `histogram` for OTLP, with the temporality; Prometheus's own word otherwise. */
  readonly type: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: unknown
}

interface OtlpAttribute {
  readonly key: string
  readonly value: Record<string, unknown>
}

interface OtlpPoint {
  readonly attributes?: readonly OtlpAttribute[]
  readonly asDouble?: number
  readonly asInt?: number | string
  readonly count?: number | string
  readonly sum?: number
  readonly bucketCounts?: readonly (number | string)[]
  readonly explicitBounds?: readonly number[]
}

interface OtlpMetric {
  readonly name: string
  readonly unit?: string
  readonly sum?: { dataPoints: OtlpPoint[]; aggregationTemporality: number; isMonotonic?: boolean }
  readonly gauge?: { dataPoints: OtlpPoint[] }
  readonly histogram?: { dataPoints: OtlpPoint[]; aggregationTemporality: number }
}

interface OtlpRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly scope?: { name?: string }; readonly metrics: readonly OtlpMetric[] }[]
  }[]
}

/** The series of an OTLP/JSON request. Source: opentelemetry-proto `metrics.proto`. */
export function otlpSeries(request: unknown): ExportedSeries[] {
  return (request as OtlpRequest).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ scope, metrics }) => metrics.flatMap(metric => otlpMetric(scope?.name ?? '', metric))),
  )
}

function otlpMetric(scope: string, metric: OtlpMetric): ExportedSeries[] {
  const { name, unit = '', sum, gauge, histogram } = metric
  const temporality = { 1: 'delta', 2: 'cumulative' }[
    sum?.aggregationTemporality ?? histogram?.aggregationTemporality ?? 0
  ]
  const type = sum
    ? `${temporality} ${sum.isMonotonic ? 'counter' : 'sum'}`
    : histogram
      ? `${temporality} histogram`
      : 'gauge'
  return (sum ?? gauge ?? histogram)!.dataPoints.map(point => ({
    scope,
    name,
    unit,
    type,
    attributes: Object.fromEntries((point.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]])),
    value: histogram
      ? {
          count: Number(point.count),
          sum: point.sum,
          counts: point.bucketCounts?.map(Number),
          bounds: point.explicitBounds,
        }
      : Number(point.asDouble ?? point.asInt),
  }))
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** The series of a Prometheus text exposition. */
export function prometheusSeries(text: string): ExportedSeries[] {
  const types = new Map<string, string>()
  const series: ExportedSeries[] = []
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line)
    if (type?.[1]) types.set(type[1], type[2] ?? '')
    const sample = SAMPLE.exec(line)
    if (!sample?.[1]) continue
    const labels = Object.fromEntries([...(sample[2] ?? '').matchAll(LABEL)].map(match => [match[1], match[2]]))
    const { otel_scope_name: scope = '', otel_scope_version: _, ...attributes } = labels as Record<string, string>
    const name = sample[1]
    series.push({ scope, name, unit: '', type: typeOf(name, types), attributes, value: Number(sample[3]) })
  }
  return series
}

function typeOf(name: string, types: ReadonlyMap<string, string>): string {
  return types.get(name) ?? types.get(name.replace(/_(bucket|sum|count|total)$/, '')) ?? 'untyped'
}
