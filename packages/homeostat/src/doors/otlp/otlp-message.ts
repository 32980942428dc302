import type { Attributes, HrTime } from '@opentelemetry/api'
import type { DataPoint, HistogramValue, MetricData, Scope, ScopeMetrics, Steps, Temporality } from '@homeostat/signals'
import { DELTA, GAUGE_POINT, HISTOGRAM_POINT } from '@homeostat/signals'

/** Points in one message. A receiver may limit a request to 4 MB, and a point takes some 300 bytes, a histogram 1 KB. */
const MOST_POINTS = 1000
/** Points written between two rests. */
const POINTS_OF_STEP = 16

/** One request of an export. */
export interface OtlpMessage {
  readonly body: Buffer
  readonly points: number
}

/**
 * Writes an export as requests of the OTLP, in JSON, with at most 1000 points each.
 * Sources: opentelemetry-proto `collector/metrics/v1/metrics_service.proto`, and
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: 64-bit integers are texts, enums are numbers.
 */
export function* otlpMessages(
  resource: Attributes,
  scopes: readonly ScopeMetrics[],
  mostPoints: number = MOST_POINTS,
): Steps<OtlpMessage[]> {
  const messages: OtlpMessage[] = []
  const resourceText = JSON.stringify({ attributes: attributesOf(resource) })
  let scopeTexts: string[] = []
  let points = 0
  const finish = (): void => {
    if (points === 0) return
    const text = `{"resourceMetrics":[{"resource":${resourceText},"scopeMetrics":[${scopeTexts.join(',')}]}]}`
    messages.push({ body: Buffer.from(text), points })
    scopeTexts = []
    points = 0
  }
  for (const { scope, metrics } of scopes) {
    let metricTexts: string[] = []
    const endScope = (): void => {
      if (metricTexts.length > 0) scopeTexts.push(scopeText(scope, metricTexts))
      metricTexts = []
    }
    for (const metric of metrics) {
      for (let from = 0; from < metric.dataPoints.length;) {
        const upTo = Math.min(metric.dataPoints.length, from + mostPoints - points)
        metricTexts.push(yield* metricText(metric, from, upTo))
        points += upTo - from
        from = upTo
        if (points < mostPoints) continue
        endScope()
        finish()
        yield
      }
    }
    endScope()
  }
  finish()
  return messages
}

function scopeText({ name, version }: Scope, metricTexts: readonly string[]): string {
  const scope = JSON.stringify({ name, ...(version !== undefined && { version }) })
  return `{"scope":${scope},"metrics":[${metricTexts.join(',')}]}`
}

function* metricText(metric: MetricData, from: number, upTo: number): Steps<string> {
  const { descriptor, aggregationTemporality, dataPointType } = metric
  const { name, unit, description } = descriptor
  const texts: string[] = []
  for (let place = from; place < upTo; place++) {
    const point = metric.dataPoints[place]!
    texts.push(JSON.stringify(dataPointType === HISTOGRAM_POINT ? histogram(point) : numberPoint(point)))
    if ((place - from) % POINTS_OF_STEP === POINTS_OF_STEP - 1) yield
  }
  const data = `"dataPoints":[${texts.join(',')}]`
  const temporality = `"aggregationTemporality":${temporalityNumber(aggregationTemporality)}`
  const head = JSON.stringify({ name: name.toWellFormed(), description: description.toWellFormed(), unit })
  const rest =
    dataPointType === GAUGE_POINT
      ? `"gauge":{${data}}`
      : dataPointType === HISTOGRAM_POINT
        ? `"histogram":{${data},${temporality}}`
        : `"sum":{${data},${temporality},"isMonotonic":${String(metric.isMonotonic)}}`
  return `${head.slice(0, -1)},${rest}}`
}

/** The numbers of `AggregationTemporality` in the protocol, which are not those of the SDK. */
function temporalityNumber(temporality: Temporality): number {
  return temporality === DELTA ? 1 : 2
}

function numberPoint(point: DataPoint<number | HistogramValue>): object {
  return { ...pointHead(point), asDouble: doubleOf(point.value as number) }
}

function histogram(point: DataPoint<number | HistogramValue>): object {
  const { buckets, count, sum, min, max } = point.value as HistogramValue
  return {
    ...pointHead(point),
    count: String(count),
    ...(sum !== undefined && { sum: doubleOf(sum) }),
    bucketCounts: buckets.counts.map(String),
    explicitBounds: buckets.boundaries,
    ...(min !== undefined && { min: doubleOf(min) }),
    ...(max !== undefined && { max: doubleOf(max) }),
  }
}

function pointHead({ startTime, endTime, attributes }: DataPoint<unknown>): object {
  return {
    attributes: attributesOf(attributes),
    startTimeUnixNano: unixNano(startTime),
    timeUnixNano: unixNano(endTime),
  }
}

function unixNano([seconds, nanos]: HrTime): string {
  return `${seconds}${String(nanos).padStart(9, '0')}`
}

/** JSON has no such numbers; protobuf's JSON writes them as texts. */
function doubleOf(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    const written = valueOf(value)
    return written === undefined ? [] : [{ key: key.toWellFormed(), value: written }]
  })
}

function valueOf(value: unknown): object | undefined {
  if (typeof value === 'string') return { stringValue: value.toWellFormed() }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: doubleOf(value) }
  if (!Array.isArray(value)) return undefined
  return { arrayValue: { values: value.map(valueOf).filter(each => each !== undefined) } }
}
