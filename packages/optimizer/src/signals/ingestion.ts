import type { HrTime } from '@opentelemetry/api'
import type { Store } from '@homeostat/promql'
import type { DataPoint, Faults, HistogramValue, MetricData, Scope, ScopeMetrics } from '@homeostat/signals'
import {
  CollectedNumbers,
  DELTA,
  GAUGE_POINT,
  HISTOGRAM_POINT,
  SUM_POINT,
  atOnce,
  type Steps,
} from '@homeostat/signals'
import type { Collected, KnownSeries } from './known-series.ts'
import { append, KnownMetric } from './known-series.ts'
import type { Snapshot } from '../words/snapshot.ts'

/** Exponential histograms have no classic buckets; rules cannot see them. */
const STORABLE: ReadonlySet<number> = new Set([GAUGE_POINT, SUM_POINT, HISTOGRAM_POINT])

/** A scope that no collection had for so long is forgotten; the store has let go of its series by then. */
const FORGET_MS = 600_000

/** Tells the series of a second provider from those of the first. */
const PROVIDER = 'homeostat.provider'

/** Instruments that count what is recorded with them, so that each of their series begins at 0. */
const COUNTS_FROM_ZERO: ReadonlySet<unknown> = new Set(['COUNTER', 'HISTOGRAM'])

/** Stands for the tick as the reader of our own scopes. */
const TICK = {}

interface KnownScope {
  readonly metrics: Map<string, KnownMetric>
  seenAt: number
}

/** Points taken between two rests; that of a new series takes some ten microseconds. */
const POINTS_OF_STEP = 64

/** Where metrics come from. */
interface Source extends Collected {
  readonly scope: Scope
  readonly provider: number
  readonly isOwn: boolean
}

export interface IngestionOptions {
  /** A time of the wall clock, which points carry, on the clock of the snapshots. @default the same time */
  readonly fromWallTime?: (wallMs: number) => number
}

/**
 * Appends snapshots to the store. A series that is gone from its scope is marked stale, so that no rule goes on with its
 * last value; one that is merely idle under a reader of deltas is carried on.
 *
 * As in a Prometheus that scrapes several targets, nobody's series hide anybody else's: a metric that two scopes or two
 * providers carry is there twice, distinguished by `otel_scope_name` or `homeostat_provider`.
 */
export class Ingestion {
  readonly #store: Store
  readonly #faults: Faults
  readonly #fromWallTime: (wallMs: number) => number
  readonly #scopes = new Map<string, KnownScope>()

  constructor(store: Store, faults: Faults, { fromWallTime = wallMs => wallMs }: IngestionOptions = {}) {
    this.#store = store
    this.#faults = faults
    this.#fromWallTime = fromWallTime
  }

  append(snapshot: Snapshot): void {
    atOnce(this.appendInSteps(snapshot))
  }

  /** Rests after each metric, and after some of its points. */
  *appendInSteps({ at, own, foreign }: Snapshot): Steps<void> {
    for (const { scope, metrics } of own)
      yield* this.#scope({ scope, metrics }, { scope, at, reader: TICK, provider: 0, isOwn: true })
    for (const { at: collectedAt, metrics, reader = TICK, provider = 1 } of foreign) {
      const { scope } = metrics
      yield* this.#scope(metrics, { scope, at: collectedAt, reader, provider, isOwn: false })
    }
    for (const [key, { seenAt }] of this.#scopes) if (at - seenAt > FORGET_MS) this.#scopes.delete(key)
  }

  /**
   * Appends the present values of series of our own that are known already. What is new, gone or of another form waits for the next
   * snapshot. Rests as {@link appendInSteps} does.
   */
  *peekInSteps(own: readonly ScopeMetrics[], at: number): Steps<void> {
    for (const { scope, metrics } of own) {
      const known = this.#scopes.get(keyOf(scope, 0))
      for (const metric of metrics) {
        const series = known?.metrics.get(metric.descriptor.name)
        if (series && STORABLE.has(metric.dataPointType)) yield* peekAt(metric, series, at)
        yield
      }
    }
  }

  *#scope({ metrics }: ScopeMetrics, source: Source): Steps<void> {
    const known = this.#known(source)
    for (const metric of metrics) {
      if (!STORABLE.has(metric.dataPointType)) continue
      // Other people's points: one that cannot be read costs its metric and nothing else.
      try {
        yield* this.#metric(metric, known, source)
      } catch (error) {
        this.#faults.report('signal', error)
      }
      yield
    }
    for (const metric of known.metrics.values()) {
      metric.settleAbsent(source)
      if (metric.size > POINTS_OF_STEP) yield
    }
  }

  #known({ scope, provider, at }: Source): KnownScope {
    const key = keyOf(scope, provider)
    let known = this.#scopes.get(key)
    if (known === undefined) this.#scopes.set(key, (known = { metrics: new Map(), seenAt: at }))
    known.seenAt = at
    return known
  }

  *#metric(metric: MetricData, { metrics }: KnownScope, source: Source): Steps<void> {
    const { name } = metric.descriptor
    let known = metrics.get(name)
    if (known === undefined) {
      const onRefused = (error: Error): void => this.#faults.report('signal', error)
      known = new KnownMetric(metric.aggregationTemporality === DELTA, onRefused)
      metrics.set(name, known)
    }
    if (metric instanceof CollectedNumbers) return yield* this.#numbers(metric, known, source)
    const { dataPoints } = metric
    const { at, reader } = source
    let place = 0
    const begin = (key: string): KnownSeries => this.#begin(key, metric, dataPoints[place]!, source)
    for (; place < dataPoints.length; place++) {
      const { attributes, value }: DataPoint<number | HistogramValue> = dataPoints[place]!
      known.see(place, attributes, value, at, reader, begin)
      if (place % POINTS_OF_STEP === POINTS_OF_STEP - 1) yield
    }
  }

  *#numbers(metric: CollectedNumbers, known: KnownMetric, source: Source): Steps<void> {
    const { series, values } = metric
    const { at, reader } = source
    let place = 0
    const begin = (key: string): KnownSeries => this.#begin(key, metric, metric.pointAt(place), source)
    for (; place < values.length; place++) {
      const value = values[place]!
      if (!Number.isNaN(value)) known.see(place, series[place]!.attributes, value, at, reader, begin)
      if (place % POINTS_OF_STEP === POINTS_OF_STEP - 1) yield
    }
  }

  /**
   * A series of a counter that was made in this process is 0 at its start time, whatever it is when it is first seen:
   * without that sample, `increase` would miss what came before. An observable counter shows a total that is kept
   * elsewhere, by the operating system for example, and dates it by when it was first looked at: nothing is known of the
   * time before. Source: Prometheus's created-timestamp zero ingestion, which only trusts times that a counter declares.
   */
  #begin(
    key: string,
    metric: MetricData,
    point: DataPoint<number | HistogramValue>,
    { scope, provider, isOwn, at, reader }: Source,
  ): KnownSeries {
    const handle = this.#handle(scope, provider, metric, point)
    const isSum = metric.dataPointType === HISTOGRAM_POINT || (metric.dataPointType === SUM_POINT && metric.isMonotonic)
    const startedAt = this.#fromWallTime(epochMs(point.startTime))
    if (isSum && startedAt < at && (isOwn || COUNTS_FROM_ZERO.has(metric.descriptor.type)))
      append(handle, startedAt, typeof point.value === 'number' ? 0 : NOTHING)
    return { key, handle, lastValue: point.value, seenAt: at, reader, isListed: false }
  }

  #handle(
    { name: scopeName, version }: Scope,
    provider: number,
    metric: MetricData,
    { attributes, value }: DataPoint<number | HistogramValue>,
  ): KnownSeries['handle'] {
    const { name, unit } = metric.descriptor
    const labels = Object.fromEntries(Object.entries(attributes).map(([key, attribute]) => [key, textOf(attribute)]))
    if (provider > 1) labels[PROVIDER] = String(provider)
    const descriptor = { name, unit, labels, scope: { name: scopeName, version } }
    if (metric.dataPointType === HISTOGRAM_POINT) {
      const { boundaries } = (value as HistogramValue).buckets
      return this.#store.histogram({ ...descriptor, kind: 'histogram' }, boundaries)
    }
    const isCounter = metric.dataPointType === SUM_POINT && metric.isMonotonic
    return this.#store.series({ ...descriptor, kind: isCounter ? 'counter' : 'gauge' })
  }
}

function* peekAt(metric: MetricData, known: KnownMetric, at: number): Steps<void> {
  if (metric instanceof CollectedNumbers) {
    const { series, values } = metric
    for (let place = 0; place < values.length; place++) {
      const value = values[place]!
      if (!Number.isNaN(value)) known.peek(place, series[place]!.attributes, value, at)
      if (place % POINTS_OF_STEP === POINTS_OF_STEP - 1) yield
    }
    return
  }
  const { dataPoints } = metric
  for (let place = 0; place < dataPoints.length; place++) {
    const { attributes, value }: DataPoint<number | HistogramValue> = dataPoints[place]!
    known.peek(place, attributes, value, at)
    if (place % POINTS_OF_STEP === POINTS_OF_STEP - 1) yield
  }
}

function keyOf({ name, version, schemaUrl }: Scope, provider: number): string {
  return JSON.stringify([provider, name, version, schemaUrl])
}

/** As exporters write it: a value that is not a text becomes JSON. */
function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

const NOTHING: HistogramValue = { buckets: { boundaries: [], counts: [] }, sum: 0, count: 0 }

function epochMs([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1e6
}
