import type { DataPoint, HistogramValue, MetricData, ScopeMetrics } from '@homeostat/signals'
import { DELTA, HISTOGRAM_POINT, SUM_POINT } from '@homeostat/signals'

/** Series of other people's that are summed at most; the SDK's own cap is 2,000 a metric. */
const MAX_SERIES = 20_000

/**
 * Turns deltas into running totals, because rules count with totals. A reader that exports deltas (Datadog wants them)
 * hands out each increment once.
 */
export class DeltaSums {
  readonly #numbers = new Map<string, number>()
  readonly #histograms = new Map<string, HistogramValue>()

  toCumulative({ scope, metrics }: ScopeMetrics): ScopeMetrics {
    return { scope, metrics: metrics.map(metric => this.#metric(scope.name, metric)) }
  }

  #metric(scope: string, metric: MetricData): MetricData {
    if (metric.aggregationTemporality !== DELTA) return metric
    const key = (point: DataPoint<unknown>): string =>
      `${scope}\0${metric.descriptor.name}\0${JSON.stringify(point.attributes)}`
    if (metric.dataPointType === SUM_POINT) {
      return {
        ...metric,
        dataPoints: metric.dataPoints.map(point => ({ ...point, value: this.#number(key(point), point.value) })),
      }
    }
    if (metric.dataPointType === HISTOGRAM_POINT) {
      return {
        ...metric,
        dataPoints: metric.dataPoints.map(point => ({ ...point, value: this.#histogram(key(point), point.value) })),
      }
    }
    return metric
  }

  #number(key: string, value: number): number {
    const total = (this.#numbers.get(key) ?? 0) + value
    return remember(this.#numbers, key, total)
  }

  #histogram(key: string, value: HistogramValue): HistogramValue {
    const before = this.#histograms.get(key)
    const total = before === undefined ? value : add(before, value)
    return remember(this.#histograms, key, total)
  }
}

function remember<T>(totals: Map<string, T>, key: string, total: T): T {
  // Taken out and put back, the map's order is that of last use, and the first key is the one to forget.
  totals.delete(key)
  totals.set(key, total)
  if (totals.size > MAX_SERIES) totals.delete(totals.keys().next().value!)
  return total
}

function add(a: HistogramValue, b: HistogramValue): HistogramValue {
  const { boundaries, counts } = b.buckets
  return {
    buckets: { boundaries, counts: counts.map((count, index) => count + (a.buckets.counts[index] ?? 0)) },
    count: a.count + b.count,
    sum: (a.sum ?? 0) + (b.sum ?? 0),
  }
}
