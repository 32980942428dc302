import type { HrTime } from '@opentelemetry/api'
import type { Store } from '@homeostat/promql'
import type { DataPoint, Faults, HistogramValue, MetricData, Scope, ScopeMetrics } from '@homeostat/signals'
import { DELTA, GAUGE_POINT, HISTOGRAM_POINT, SUM_POINT } from '@homeostat/signals'
import type { KnownSeries } from './known-series.ts'
import { KnownMetric, write } from './known-series.ts'
import { atOnce } from './sliced-work.ts'
import type { Steps } from './sliced-work.ts'
import type { Snapshot } from './snapshot.ts'

/** Exponential histograms have no classic buckets; rules cannot see them. */
const STORABLE: ReadonlySet<number> = new Set([GAUGE_POINT, SUM_POINT, HISTOGRAM_POINT])

/** A scope that no collection had for so long is forgotten; the store has let go of its series by then. */
const FORGET_MS = 600_000

interface KnownScope {
  readonly metrics: Map<string, KnownMetric>
  seenAt: number
}

/**
 * Appends snapshots to the store. A series that is gone from its scope is marked stale, so that no rule goes on with its
 * last value; one that is merely idle under a reader of deltas is carried on.
 */
export class Ingestion {
  readonly #store: Store
  readonly #faults: Faults
  readonly #scopes = new Map<string, KnownScope>()

  constructor(store: Store, faults: Faults) {
    this.#store = store
    this.#faults = faults
  }

  append(snapshot: Snapshot): void {
    atOnce(this.appendInSteps(snapshot))
  }

  /** Rests after each metric. */
  *appendInSteps({ at, own, foreign }: Snapshot): Steps<void> {
    const ownNames = new Set(own.flatMap(scope => scope.metrics.map(metric => metric.descriptor.name)))
    for (const scope of own) yield* this.#scope(scope, at, () => true)
    // Where an instrumentation of others carries a name of ours, ours is used: two answers to one question are none.
    for (const { at: collectedAt, metrics } of foreign) {
      yield* this.#scope(metrics, collectedAt, metric => !ownNames.has(metric.descriptor.name))
    }
    for (const [key, { seenAt }] of this.#scopes) if (at - seenAt > FORGET_MS) this.#scopes.delete(key)
    this.#store.sweep(at)
  }

  *#scope({ scope, metrics }: ScopeMetrics, at: number, isWanted: (metric: MetricData) => boolean): Steps<void> {
    const known = this.#known(scope, at)
    for (const metric of metrics) {
      if (!STORABLE.has(metric.dataPointType) || !isWanted(metric)) continue
      // Other people's points: one that cannot be read costs its metric and nothing else.
      this.#faults.contain('signal', () => this.#metric(scope, metric, known, at))
      yield
    }
    for (const metric of known.metrics.values()) metric.settleAbsent(at)
  }

  #known(scope: Scope, at: number): KnownScope {
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl])
    let known = this.#scopes.get(key)
    if (known === undefined) this.#scopes.set(key, (known = { metrics: new Map(), seenAt: at }))
    known.seenAt = at
    return known
  }

  #metric(scope: Scope, metric: MetricData, { metrics }: KnownScope, at: number): void {
    const { name } = metric.descriptor
    let known = metrics.get(name)
    if (known === undefined) metrics.set(name, (known = new KnownMetric(metric.aggregationTemporality === DELTA)))
    const { dataPoints } = metric
    for (let place = 0; place < dataPoints.length; place++) {
      const point: DataPoint<number | HistogramValue> = dataPoints[place]!
      known.see(place, point, at, key => this.#begin(key, scope, metric, point, at))
    }
  }

  /**
   * A sum that begins is 0 at its start time, whatever it is when it is first seen: without that sample, `increase` would
   * miss what came before. Source: Prometheus's created-timestamp zero ingestion.
   */
  #begin(
    key: string,
    scope: Scope,
    metric: MetricData,
    point: DataPoint<number | HistogramValue>,
    at: number,
  ): KnownSeries {
    const handle = this.#handle(scope, metric, point)
    const startedAt = epochMs(point.startTime)
    const isSum = metric.dataPointType === HISTOGRAM_POINT || (metric.dataPointType === SUM_POINT && metric.isMonotonic)
    if (isSum && startedAt < at) write({ handle, lastValue: typeof point.value === 'number' ? 0 : NOTHING }, startedAt)
    return { key, handle, lastValue: point.value, seenAt: at, isListed: false }
  }

  #handle(scope: Scope, metric: MetricData, point: DataPoint<number | HistogramValue>): KnownSeries['handle'] {
    const { name, unit } = metric.descriptor
    const labels = Object.fromEntries(Object.entries(point.attributes).map(([key, value]) => [key, String(value)]))
    const { name: scopeName, version } = scope
    const descriptor = { name, unit, labels, scope: { name: scopeName, version } }
    if (metric.dataPointType === HISTOGRAM_POINT) {
      const { boundaries } = (point.value as HistogramValue).buckets
      return this.#store.histogram({ ...descriptor, kind: 'histogram' }, boundaries)
    }
    const isCounter = metric.dataPointType === SUM_POINT && metric.isMonotonic
    return this.#store.series({ ...descriptor, kind: isCounter ? 'counter' : 'gauge' })
  }
}

const NOTHING: HistogramValue = { buckets: { boundaries: [], counts: [] }, sum: 0, count: 0 }

function epochMs([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1e6
}
