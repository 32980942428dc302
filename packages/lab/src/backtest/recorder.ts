import type { Attributes } from '@opentelemetry/api'
import type { DataPoint, HistogramValue, MetricData, ScopeMetrics } from '@homeostat/signals'
import { DELTA, HISTOGRAM_POINT, SUM_POINT } from '@homeostat/signals'
import type { Optimizer, Snapshot } from '@homeostat/optimizer'
import type { RecordedCollection, RecordedMetric, RecordedSeries, RecordedValue, RecordingHeader } from './recording.ts'
import { Redaction } from './redaction.ts'

/** Options of {@link Recorder}. */
export interface RecorderOptions {
  /** Whose snapshots are recorded. */
  readonly optimizer: Pick<Optimizer, 'reader'>
  /** Time between its ticks, in milliseconds. @default 5000 */
  readonly intervalMs?: number
  /** Characters that are kept, the newest snapshots; 32 Mi hold a day of 200 series at the default tick. @default 33554432 */
  readonly maxCharacters?: number
  /** Series that are recorded; further ones are left out and counted. @default 2000 */
  readonly maxSeries?: number
  /** Keys of other instrumentations' attributes whose values may be recorded as they are. @default none */
  readonly keepAttributes?: readonly string[]
}

interface Layout {
  readonly name: string
  readonly version: string | undefined
  readonly own: boolean
  readonly provider: number
  readonly metrics: RecordedMetric[]
  readonly series: RecordedSeries[]
  /** By name, kind and buckets. */
  readonly places: Map<string, MetricPlaces>
}

/** The index of a metric, and the place of each of its attribute sets. */
interface MetricPlaces {
  readonly metric: number
  readonly ofKey: Map<string, number>
  readonly ofObject: WeakMap<Attributes, number>
}

/**
 * Keeps the newest snapshots of an optimizer in memory, to be written to a file when somebody wants to replay them. Bounded;
 * and values of attributes that others chose are replaced by numbers, because they may name people.
 *
 * @example
 * ```ts
 * const recorder = new Recorder({ optimizer })
 * process.on('SIGUSR1', () => void writeFile('recording.ndjson', [...recorder.lines()].join('')))
 * ```
 */
export class Recorder implements Disposable {
  readonly #options: Required<Omit<RecorderOptions, 'optimizer' | 'keepAttributes'>>
  readonly #redaction: Redaction
  readonly #listening: Disposable
  readonly #scopes = new Map<string, { readonly index: number; readonly layout: Layout }>()
  #snapshots: string[] = []
  #characters = 0
  #series = 0
  #leftOut = 0
  #failure: unknown

  constructor(options: RecorderOptions) {
    const { optimizer, intervalMs = 5000, maxCharacters = 2 ** 25, maxSeries = 2000, keepAttributes = [] } = options
    this.#options = { intervalMs, maxCharacters, maxSeries }
    this.#redaction = new Redaction(keepAttributes)
    this.#listening = optimizer.reader.on(snapshot => this.#listen(snapshot))
  }

  /** Snapshots that are kept, series that are recorded, and points that were left out because there were too many series. */
  get stats(): {
    readonly snapshots: number
    readonly characters: number
    readonly series: number
    readonly leftOut: number
  } {
    return {
      snapshots: this.#snapshots.length,
      characters: this.#characters,
      series: this.#series,
      leftOut: this.#leftOut,
    }
  }

  /** The error that ended the recording, if one did. */
  get failure(): unknown {
    return this.#failure
  }

  /** The recording so far, line by line with their ends. */
  *lines(): Generator<string> {
    const header: RecordingHeader = {
      homeostat: 'recording',
      version: 1,
      intervalMs: this.#options.intervalMs,
      scopes: [...this.#scopes.values()].map(({ layout: { name, version, own, provider, metrics, series } }) => ({
        name,
        ...(version !== undefined && { version }),
        own,
        ...(provider > 1 && { provider }),
        metrics,
        series,
      })),
    }
    yield `${JSON.stringify(header)}\n`
    for (const line of this.#snapshots) yield `${line}\n`
  }

  /** Listens no more; what was recorded stays. */
  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]()
  }

  #listen(snapshot: Snapshot): void {
    try {
      this.#append(snapshot)
    } catch (error) {
      // A recording must not cost the loop anything, least of all its snapshot.
      this.#failure = error
      this[Symbol.dispose]()
    }
  }

  #append({ at, own, foreign }: Snapshot): void {
    const collections = [
      ...own.map(metrics => this.#collection(metrics, at, true)),
      ...foreign.map(({ at: collectedAt, metrics, provider }) =>
        this.#collection(metrics, collectedAt, false, provider),
      ),
    ]
    const line = JSON.stringify({ at, collections })
    this.#snapshots.push(line)
    this.#characters += line.length
    let old = 0
    while (this.#characters > this.#options.maxCharacters && old < this.#snapshots.length)
      this.#characters -= this.#snapshots[old++]!.length
    if (old > 0) this.#snapshots = this.#snapshots.slice(old)
  }

  #collection({ scope, metrics }: ScopeMetrics, at: number, own: boolean, provider = 1): RecordedCollection {
    const key = JSON.stringify([own, scope.name, scope.version, provider])
    let known = this.#scopes.get(key)
    if (!known) {
      const { name, version } = scope
      known = {
        index: this.#scopes.size,
        layout: { name, version, own, provider, metrics: [], series: [], places: new Map() },
      }
      this.#scopes.set(key, known)
    }
    const { index, layout } = known
    const values: RecordedValue[] = Array.from({ length: layout.series.length }, () => null)
    for (const metric of metrics) {
      let boundaries: Boundaries
      let places: MetricPlaces | undefined
      for (const point of metric.dataPoints) {
        // Mostly the same for all points: a metric is described once, not once per point.
        if (places === undefined || boundariesOf(point) !== boundaries) {
          boundaries = boundariesOf(point)
          places = placesOf(layout, describe(metric, boundaries))
        }
        const place = this.#place(layout, places, point)
        if (place !== undefined) values[place] = valueOf(point.value)
      }
    }
    return [index, at, values]
  }

  #place(layout: Layout, places: MetricPlaces, point: Point): number | undefined {
    const { attributes } = point
    const known = places.ofObject.get(attributes)
    if (known !== undefined) return known
    const identity = JSON.stringify(attributes)
    let place = places.ofKey.get(identity)
    if (place === undefined) {
      if (this.#series >= this.#options.maxSeries) return void this.#leftOut++
      this.#series++
      const shown = layout.own ? attributes : this.#redaction.redact(attributes)
      const [seconds, nanos] = point.startTime
      const series = {
        metric: places.metric,
        attributes: shown,
        startMs: seconds * 1000 + nanos / 1e6,
      }
      place = layout.series.push(series) - 1
      places.ofKey.set(identity, place)
    }
    places.ofObject.set(attributes, place)
    return place
  }
}

type Point = DataPoint<number | HistogramValue>
type Boundaries = readonly number[] | undefined

function boundariesOf({ value }: Point): Boundaries {
  return typeof value === 'number' ? undefined : value.buckets.boundaries
}

function placesOf({ places, metrics }: Layout, metric: RecordedMetric): MetricPlaces {
  const key = `${metric.name} ${metric.kind} ${metric.boundaries?.join() ?? ''}`
  let known = places.get(key)
  if (known === undefined) {
    known = { metric: metrics.push(metric) - 1, ofKey: new Map(), ofObject: new WeakMap() }
    places.set(key, known)
  }
  return known
}

function describe(metric: MetricData, boundaries: Boundaries): RecordedMetric {
  const { name, unit, type } = metric.descriptor
  const more = {
    ...(metric.aggregationTemporality === DELTA && { carried: true as const }),
    ...(type !== undefined && { type }),
  }
  if (metric.dataPointType === HISTOGRAM_POINT)
    return { name, unit, kind: 'histogram', ...more, ...(boundaries && { boundaries }) }
  if (metric.dataPointType !== SUM_POINT) return { name, unit, kind: 'gauge', ...more }
  return { name, unit, kind: metric.isMonotonic ? 'counter' : 'sum', ...more }
}

function valueOf(value: number | HistogramValue): RecordedValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return [value.count, value.sum ?? 0, ...value.buckets.counts]
}
