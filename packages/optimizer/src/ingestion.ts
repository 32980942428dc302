import type { Attributes, HrTime } from '@opentelemetry/api'
import type { HistogramHandle, SeriesHandle, Store } from '@homeostat/promql'
import type { DataPoint, HistogramValue, MetricData, ScopeMetrics } from '@homeostat/signals'
import { DELTA, GAUGE_POINT, HISTOGRAM_POINT, SUM_POINT } from '@homeostat/signals'
import type { Snapshot } from './snapshot.ts'

/** Exponential histograms have no classic buckets; rules cannot see them. */
const STORABLE: ReadonlySet<number> = new Set([GAUGE_POINT, SUM_POINT, HISTOGRAM_POINT])

/** One series as it was last seen, and where it goes in the store. */
interface Known {
  readonly key: string
  readonly handle: SeriesHandle | HistogramHandle
  lastValue: number | HistogramValue
  seenAt: number
}

/** The series of one metric of one scope. */
interface KnownMetric {
  /** The SDKs and our own registries hand out the same attributes object each time, which saves hashing it. */
  readonly byObject: WeakMap<Attributes, Known>
  readonly byKey: Map<string, Known>
  /** A reader of deltas leaves idle series out, so their absence says nothing. */
  isCarried: boolean
}

/**
 * Appends snapshots to the store. A series that is gone from its scope is marked stale, so that no rule goes on with its
 * last value; one that is merely idle under a reader of deltas is carried on.
 */
export class Ingestion {
  readonly #store: Store
  readonly #scopes = new Map<string, Map<string, KnownMetric>>()

  constructor(store: Store) {
    this.#store = store
  }

  append({ at, own, foreign }: Snapshot): void {
    const ownNames = new Set(own.flatMap(scope => scope.metrics.map(metric => metric.descriptor.name)))
    for (const scope of own) this.#scope(scope, at, () => true)
    // Where an instrumentation of others carries a name of ours, ours is used: two answers to one question are none.
    for (const { at: collectedAt, metrics } of foreign) {
      this.#scope(metrics, collectedAt, metric => !ownNames.has(metric.descriptor.name))
    }
    this.#store.sweep(at)
  }

  #scope(scopeMetrics: ScopeMetrics, at: number, isWanted: (metric: MetricData) => boolean): void {
    const { scope, metrics } = scopeMetrics
    let known = this.#scopes.get(scope.name)
    if (known === undefined) this.#scopes.set(scope.name, (known = new Map()))
    for (const metric of metrics) {
      if (!STORABLE.has(metric.dataPointType) || !isWanted(metric)) continue
      let knownMetric = known.get(metric.descriptor.name)
      if (knownMetric === undefined) {
        knownMetric = { byObject: new WeakMap(), byKey: new Map(), isCarried: metric.aggregationTemporality === DELTA }
        known.set(metric.descriptor.name, knownMetric)
      }
      for (const point of metric.dataPoints) this.#point(scopeMetrics, metric, knownMetric, point, at)
    }
    for (const knownMetric of known.values()) settleAbsent(knownMetric, at)
  }

  #point(
    scope: ScopeMetrics,
    metric: MetricData,
    known: KnownMetric,
    point: DataPoint<number | HistogramValue>,
    at: number,
  ): void {
    let series = known.byObject.get(point.attributes)
    if (series === undefined) {
      const key = JSON.stringify(point.attributes)
      series = known.byKey.get(key) ?? this.#begin(key, scope, metric, point, at)
      known.byObject.set(point.attributes, series)
    }
    // Always, and not only when it is new: a series that was marked stale may come back with the same object.
    known.byKey.set(series.key, series)
    series.seenAt = at
    series.lastValue = point.value
    write(series, at)
  }

  /**
   * A sum that begins is 0 at its start time, whatever it is when it is first seen: without that sample, `increase` would
   * miss what came before. Source: Prometheus's created-timestamp zero ingestion.
   */
  #begin(
    key: string,
    scope: ScopeMetrics,
    metric: MetricData,
    point: DataPoint<number | HistogramValue>,
    at: number,
  ): Known {
    const handle = this.#handle(scope, metric, point)
    const startedAt = epochMs(point.startTime)
    const isSum = metric.dataPointType === HISTOGRAM_POINT || (metric.dataPointType === SUM_POINT && metric.isMonotonic)
    if (isSum && startedAt < at) write({ handle, lastValue: typeof point.value === 'number' ? 0 : NOTHING }, startedAt)
    return { key, handle, lastValue: point.value, seenAt: at }
  }

  #handle({ scope }: ScopeMetrics, metric: MetricData, point: DataPoint<number | HistogramValue>): Known['handle'] {
    const { name, unit } = metric.descriptor
    const labels = Object.fromEntries(Object.entries(point.attributes).map(([key, value]) => [key, String(value)]))
    const descriptor = { name, unit, labels, scope: { name: scope.name } }
    if (metric.dataPointType === HISTOGRAM_POINT) {
      return this.#store.histogram(
        { ...descriptor, kind: 'histogram' },
        (point.value as HistogramValue).buckets.boundaries,
      )
    }
    const isCounter = metric.dataPointType === SUM_POINT && metric.isMonotonic
    return this.#store.series({ ...descriptor, kind: isCounter ? 'counter' : 'gauge' })
  }
}

function settleAbsent(known: KnownMetric, at: number): void {
  for (const [key, series] of known.byKey) {
    if (series.seenAt === at) continue
    if (known.isCarried) {
      write(series, at)
      continue
    }
    series.handle.markStale(at)
    known.byKey.delete(key)
  }
}

const NOTHING: HistogramValue = { buckets: { boundaries: [], counts: [] }, sum: 0, count: 0 }

function epochMs([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1e6
}

function write({ handle, lastValue }: Pick<Known, 'handle' | 'lastValue'>, at: number): void {
  if (typeof lastValue === 'number') (handle as SeriesHandle).append(at, lastValue)
  else (handle as HistogramHandle).append(at, lastValue.buckets.counts, lastValue.sum ?? 0, lastValue.count)
}
