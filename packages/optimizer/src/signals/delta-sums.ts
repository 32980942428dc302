import type { HrTime } from '@opentelemetry/api'
import type { DataPoint, HistogramValue, MetricData, ScopeMetrics } from '@homeostat/signals'
import { DELTA, HISTOGRAM_POINT, SUM_POINT } from '@homeostat/signals'
import { TooManyDeltasError } from './errors.ts'

/** Series of other people's that are summed at most; the SDK's own cap is 2,000 a metric. */
const MAX_SERIES = 20_000

/** A series without an increment for so long gives its place to a new one. */
const IDLE_MS = 300_000

/** The total of a series, when it began, and when it last had an increment. */
interface Total<T> {
  readonly value: T
  readonly startTime: HrTime
  readonly at: number
}

/**
 * Turns deltas into running totals, because rules count with totals. A reader that exports deltas (Datadog wants them)
 * hands out each increment once.
 */
export class DeltaSums {
  readonly #numbers = new Map<string, Total<number>>()
  readonly #histograms = new Map<string, Total<HistogramValue>>()
  readonly #onFull: (error: Error) => void
  #refusedAt: number | undefined

  /** @param onFull - is given why series are left out, once per collection */
  constructor(onFull: (error: Error) => void) {
    this.#onFull = onFull
  }

  /**
   * @param provider - number of the provider the metrics come from
   * @param at - when they were collected
   */
  toCumulative({ scope, metrics }: ScopeMetrics, provider: number, at: number): ScopeMetrics {
    const source = `${provider}\0${scope.name}\0${scope.version ?? ''}`
    return { scope, metrics: metrics.map(metric => this.#metric(source, metric, at)) }
  }

  #metric(source: string, metric: MetricData, at: number): MetricData {
    if (metric.aggregationTemporality !== DELTA) return metric
    const key = (point: DataPoint<unknown>): string =>
      `${source}\0${metric.descriptor.name}\0${JSON.stringify(point.attributes)}`
    if (metric.dataPointType === SUM_POINT) {
      const dataPoints = this.#summed(this.#numbers, metric.dataPoints, { key, at, plus: (a, b) => a + b })
      return { ...metric, dataPoints }
    }
    if (metric.dataPointType === HISTOGRAM_POINT) {
      const dataPoints = this.#summed(this.#histograms, metric.dataPoints, { key, at, plus: add })
      return { ...metric, dataPoints }
    }
    return metric
  }

  /** The points as a reader of totals would have delivered them: each the sum since its series began. */
  #summed<T>(
    totals: Map<string, Total<T>>,
    points: readonly DataPoint<T>[],
    { key, at, plus }: Summing<T>,
  ): DataPoint<T>[] {
    return points.flatMap(point => {
      const name = key(point)
      const before = totals.get(name)
      if (before === undefined && !makeRoom(totals, at)) {
        if (this.#refusedAt !== at) this.#onFull(new TooManyDeltasError(MAX_SERIES))
        this.#refusedAt = at
        return []
      }
      const value = before === undefined ? point.value : plus(before.value, point.value)
      const startTime = before?.startTime ?? point.startTime
      // Put back at the end: the map is in the order of last use, so its first series is the one to forget.
      totals.delete(name)
      totals.set(name, { value, startTime, at })
      return [{ ...point, value, startTime }]
    })
  }
}

interface Summing<T> {
  readonly key: (point: DataPoint<T>) => string
  readonly at: number
  readonly plus: (a: T, b: T) => T
}

/**
 * Makes room for one series, or returns false. It forgets only an idle series: if series in use took turns, the total of each
 * would begin anew with each increment, and rules would see counters that stand still.
 */
function makeRoom(totals: Map<string, Total<unknown>>, at: number): boolean {
  if (totals.size < MAX_SERIES) return true
  const [oldest] = totals
  if (oldest === undefined || at - oldest[1].at < IDLE_MS) return false
  return totals.delete(oldest[0])
}

function add(a: HistogramValue, b: HistogramValue): HistogramValue {
  const { boundaries, counts } = b.buckets
  return {
    buckets: { boundaries, counts: counts.map((count, index) => count + (a.buckets.counts[index] ?? 0)) },
    count: a.count + b.count,
    sum: (a.sum ?? 0) + (b.sum ?? 0),
  }
}
