import type { HrTime } from '@opentelemetry/api'
import type { DataPoint, HistogramValue, MetricData, ScopeMetrics } from '@homeostat/signals'
import { BoundedMap, DELTA, HISTOGRAM_POINT, SUM_POINT } from '@homeostat/signals'

/** Series of other people's that are summed at most; the SDK's own cap is 2,000 a metric. */
const MAX_SERIES = 20_000

/** The total of a series, and when it began. */
interface Total<T> {
  readonly value: T
  readonly startTime: HrTime
}

/**
 * Turns deltas into running totals, because rules count with totals. A reader that exports deltas (Datadog wants them)
 * hands out each increment once.
 */
export class DeltaSums {
  readonly #numbers = new BoundedMap<string, Total<number>>(MAX_SERIES)
  readonly #histograms = new BoundedMap<string, Total<HistogramValue>>(MAX_SERIES)

  /** @param provider - number of the provider the metrics come from */
  toCumulative({ scope, metrics }: ScopeMetrics, provider: number): ScopeMetrics {
    return {
      scope,
      metrics: metrics.map(metric => this.#metric(`${provider}\0${scope.name}\0${scope.version ?? ''}`, metric)),
    }
  }

  #metric(source: string, metric: MetricData): MetricData {
    if (metric.aggregationTemporality !== DELTA) return metric
    const key = (point: DataPoint<unknown>): string =>
      `${source}\0${metric.descriptor.name}\0${JSON.stringify(point.attributes)}`
    if (metric.dataPointType === SUM_POINT) {
      const dataPoints = metric.dataPoints.map(point => sum(this.#numbers, key(point), point, (a, b) => a + b))
      return { ...metric, dataPoints }
    }
    if (metric.dataPointType === HISTOGRAM_POINT) {
      const dataPoints = metric.dataPoints.map(point => sum(this.#histograms, key(point), point, add))
      return { ...metric, dataPoints }
    }
    return metric
  }
}

/** The point as a reader of totals would have delivered it: the sum since the series began. */
function sum<T>(
  totals: Map<string, Total<T>>,
  key: string,
  point: DataPoint<T>,
  plus: (a: T, b: T) => T,
): DataPoint<T> {
  const before = totals.get(key)
  const value = before === undefined ? point.value : plus(before.value, point.value)
  const startTime = before?.startTime ?? point.startTime
  totals.set(key, { value, startTime })
  return { ...point, value, startTime }
}

function add(a: HistogramValue, b: HistogramValue): HistogramValue {
  const { boundaries, counts } = b.buckets
  return {
    buckets: { boundaries, counts: counts.map((count, index) => count + (a.buckets.counts[index] ?? 0)) },
    count: a.count + b.count,
    sum: (a.sum ?? 0) + (b.sum ?? 0),
  }
}
