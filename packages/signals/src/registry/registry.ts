import { writeLine } from '../faults/lines.ts'
import type { HrTime, MeterProvider } from '@opentelemetry/api'
import { diag } from '@opentelemetry/api'
import type { MetricDefinition } from '@homeostat/semconv'
import { metrics as ownMetrics } from '@homeostat/semconv'
import { collectInstrument, readInstrument } from './collection.ts'
import { Faults } from '../faults/faults.ts'
import { hrTime } from '../metrics/hr-time.ts'
import { HistogramSeries } from '../series/histogram-series.ts'
import { Instrument } from '../series/instrument.ts'
import type { SeriesBudget } from '../series/instrument.ts'
import { bindMeter } from './meter-binding.ts'
import type { MeterBinding, MeterBindingOptions } from './meter-binding.ts'
import type { MetricData, Scope, ScopeMetrics } from '../metrics/metric-data.ts'
import { createProducer } from './producer.ts'
import type { ProducerReader, SignalProducer } from './producer.ts'
import type { Series } from '../series/series.ts'
import { CounterSeries, LevelSeries } from '../series/series.ts'

/** Options of {@link Registry}. */
export interface RegistryOptions {
  /** The instrumentation scope of everything in the registry. */
  readonly scope: Scope
  /**
   * Most series in the registry; further ones share one overflow series per metric, and levels are dropped.
   * @default 2000, the specification's default cardinality limit
   */
  readonly maxSeries?: number
  /**
   * The present in milliseconds since the epoch, used for the start time of series and for points.
   * @default Date.now
   */
  readonly clock?: () => number
}

const DEFAULT_MAX_SERIES = 2000

const LEVEL_KINDS: readonly MetricDefinition['kind'][] = ['gauge', 'upDownCounter']

/** Reads something that is cheap and free of side effects into its series, just before a collection. */
export type Observer = (nowMs: number) => void

/**
 * The accumulators of one instrumentation scope.
 *
 * A registry is exported on one path: by producers (the fast one) or through a Meter (the standard one). Both export the
 * same names and values. Reading never resets anything, so any number of readers agree.
 *
 * @example
 * ```ts
 * const registry = new Registry({ scope: { name: 'my-cache', version: '1.0.0' } })
 * const hits = registry.counter(metrics.cacheRequests).with({ [attributes.cacheName]: 'redis', [attributes.cacheResult]: 'hit' })
 * hits.add() // one typed-array increment
 * ```
 */
export class Registry {
  readonly scope: Scope
  /** Failures of our own that were contained. */
  readonly faults: Faults
  readonly #clock: () => number
  readonly #budget: SeriesBudget
  readonly #instruments = new Map<string, Instrument>()
  readonly #observers = new Set<Observer>()
  #path: 'none' | 'producer' | 'meter' = 'none'
  #binding: MeterBinding | undefined
  #boundTo: MeterProvider | undefined

  constructor(options: RegistryOptions) {
    const { scope, maxSeries = DEFAULT_MAX_SERIES, clock = Date.now } = options
    this.scope = scope
    this.#clock = clock
    this.faults = new Faults(this)
    const most = Number.isSafeInteger(maxSeries) && maxSeries >= 0 ? maxSeries : DEFAULT_MAX_SERIES
    if (most !== maxSeries)
      writeLine('warn', `${scope.name}: maxSeries must be a whole number, not below 0; ${DEFAULT_MAX_SERIES} is used`)
    this.#budget = seriesBudget(most, clock, metric => this.#reportFull(metric, most))
  }

  counter(definition: MetricDefinition): Instrument<CounterSeries> {
    return this.#instrument(definition, ['counter'], seed => new CounterSeries(seed))
  }

  /** A gauge, or an up-down counter that is read as a whole. */
  level(definition: MetricDefinition): Instrument<LevelSeries> {
    return this.#instrument(definition, LEVEL_KINDS, seed => new LevelSeries(seed))
  }

  histogram(definition: MetricDefinition): Instrument<HistogramSeries> {
    const bounds = definition.buckets ?? []
    return this.#instrument(definition, ['histogram'], (seed, recorder) => new HistogramSeries(seed, bounds, recorder))
  }

  /** Calls the observer before each collection, contained: its failure is counted and reaches nobody. */
  observe(observer: Observer): Disposable {
    this.#observers.add(observer)
    return { [Symbol.dispose]: () => void this.#observers.delete(observer) }
  }

  /** Leaves every level out until it is set again: a level that nobody watches has no value. */
  clearLevels(): void {
    for (const { definition, cells } of this.#instruments.values()) {
      if (LEVEL_KINDS.includes(definition.kind)) cells.values.fill(Number.NaN)
    }
  }

  /** All metrics and values now, cumulative. Free of side effects. */
  collect(nowMs: number = this.#clock()): ScopeMetrics {
    return this.#collect(nowMs, collectInstrument)
  }

  /**
   * The same as {@link collect}, for a reader at every tick: its numbers are {@link CollectedNumbers}.
   *
   * @param wants - whether a metric is read. @default all are
   */
  read(nowMs: number = this.#clock(), wants?: (definition: MetricDefinition) => boolean): ScopeMetrics {
    if (wants === undefined) return this.#collect(nowMs, readInstrument)
    return this.#collect(nowMs, (instrument, endTime) =>
      wants(instrument.definition) ? readInstrument(instrument, endTime) : undefined,
    )
  }

  /**
   * A producer for one reader, with that reader's temporality. Claims the registry for the producer path, unless it is
   * bound to a real Meter already: then the producer stays empty, so that nothing is exported twice.
   */
  producer(reader?: ProducerReader): SignalProducer {
    if (this.#path === 'meter' && this.#binding?.isNoop) this.release()
    if (this.#path === 'meter') {
      writeLine('warn', `${this.scope.name}: already exported through a Meter; attach the reader before the SDK starts`)
      return createProducer(this, [], reader, this.#clock)
    }
    this.#path = 'producer'
    return createProducer(this, this.#instruments, reader, this.#clock)
  }

  /**
   * A producer of the histograms alone, for one reader. It does not claim the registry: a Meter exports the other metrics, see
   * `withHistograms` of {@link bindMeterProvider}.
   */
  histogramProducer(reader?: ProducerReader): SignalProducer {
    return createProducer(this, histogramsIn(this.#instruments), reader, this.#clock)
  }

  /**
   * Exports through a Meter, unless a producer has claimed the registry. A later provider replaces an earlier one; the same one again
   * changes nothing.
   */
  bindMeterProvider(provider: MeterProvider, options: MeterBindingOptions = {}): void {
    if (this.#path === 'producer') {
      // NodeSDK starts after attach(): the recommended order, so it is no reason for a warning.
      diag.debug(`${this.scope.name}: exported by an attached reader, so not through the MeterProvider`)
      return
    }
    if (this.#boundTo === provider && this.#binding?.isNoop === false) return
    this.#binding?.[Symbol.dispose]()
    this.#path = 'meter'
    this.#boundTo = provider
    this.#binding = bindMeter(this, provider, this.#instruments.values(), this.#clock, options)
  }

  /** Exports on no path, until a producer or a Meter claims the registry anew. Producers made before must not be read any more. */
  release(): void {
    const binding = this.#binding
    this.#binding = undefined
    this.#boundTo = undefined
    this.#path = 'none'
    binding?.[Symbol.dispose]()
  }

  /** @internal Lets the observers write the present into their series. */
  runObservers(nowMs: number): void {
    for (const observer of this.#observers) this.faults.contain('signal', () => observer(nowMs))
  }

  #reportFull(metric: string, most: number): void {
    // An error is counted in this very metric.
    if (metric !== ownMetrics.errors.name) this.faults.report('signal', new TooManySeriesError(metric, most))
  }

  #collect(nowMs: number, of: (instrument: Instrument, endTime: HrTime) => MetricData | undefined): ScopeMetrics {
    this.runObservers(nowMs)
    const endTime = hrTime(nowMs)
    const metrics: MetricData[] = []
    for (const instrument of this.#instruments.values()) {
      const metric = of(instrument, endTime)
      if (metric !== undefined) metrics.push(metric)
    }
    return { scope: this.scope, metrics }
  }

  #instrument<S extends Series>(
    definition: MetricDefinition,
    kinds: readonly MetricDefinition['kind'][],
    create: ConstructorParameters<typeof Instrument<S>>[2],
  ): Instrument<S> {
    if (!kinds.includes(definition.kind)) {
      throw new TypeError(`${definition.name} is a ${definition.kind}, not a ${kinds.join(' or ')}`)
    }
    const known = this.#instruments.get(definition.name)
    if (known !== undefined) {
      if (kinds.includes(known.definition.kind)) return known as Instrument<S>
      throw new TypeError(`${definition.name} is a ${known.definition.kind} in this registry already`)
    }
    const instrument = new Instrument<S>(definition, this.#budget, create)
    this.#instruments.set(definition.name, instrument)
    this.#binding?.add(instrument)
    return instrument
  }
}

/** The histograms among instruments, also those that come later. */
function histogramsIn(instruments: ReadonlyMap<string, Instrument>): Iterable<readonly [string, Instrument]> {
  return {
    *[Symbol.iterator]() {
      for (const entry of instruments) if (entry[1].definition.kind === 'histogram') yield entry
    },
  }
}

function seriesBudget(maxSeries: number, clock: () => number, onFull: SeriesBudget['onFull']): SeriesBudget {
  let used = 0
  return {
    take: () => used < maxSeries && ++used > 0,
    release: () => void used--,
    onFull,
    startTime: (): HrTime => hrTime(clock()),
  }
}

/** More label sets than a registry has room for: further ones share one series, and their levels are not exported. */
class TooManySeriesError extends RangeError {
  override readonly name = 'TooManySeriesError'
  readonly code = 'HOMEOSTAT_TOO_MANY_SERIES'

  constructor(metric: string, most: number) {
    super(
      `there are more than ${most} series, so new ones of ${metric} are counted as otel.metric.overflow or left out; use fewer names`,
    )
  }
}
