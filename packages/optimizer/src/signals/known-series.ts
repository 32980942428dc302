import type { Attributes } from '@opentelemetry/api'
import type { HistogramHandle, SeriesHandle } from '@homeostat/promql'
import type { HistogramValue } from '@homeostat/signals'
import { keysOf } from '@homeostat/signals/options'
import { TooManyAttributesError } from './errors.ts'

/** A reader of deltas says nothing of idle series; one that has been idle for Prometheus's lookback is taken for gone. */
const CARRY_MS = 300_000

/** One series as it was last seen, and where it goes in the store. */
export interface KnownSeries {
  readonly key: string
  handle: SeriesHandle | HistogramHandle
  /** For its layout, and for series that are carried on. A number that is not is only the first one: V8 would box each. */
  lastValue: number | HistogramValue
  seenAt: number
  /** The reader that delivered it last: only its collections can say that the series is gone. */
  reader: object
  /** Whether it is among those that are ended when a collection does not have them. */
  isListed: boolean
}

/** When a collection was made, and by whom. */
export interface Collected {
  readonly at: number
  readonly reader: object
}

/** Where a series was in the last collection. */
interface Place {
  readonly attributes: Attributes
  readonly series: KnownSeries
}

/** Beyond the SDK's own cap of 2,000 series a metric, objects are looked up. */
const MAX_PLACES = 2000

/** As many attributes as a span may have by OpenTelemetry's default; a metric needs a handful. */
const MOST_ATTRIBUTES = 128

/** The series of one metric of one scope. */
export class KnownMetric {
  /** A reader of deltas leaves idle series out, so their absence says nothing. */
  readonly isCarried: boolean
  /** The SDKs and our own registries hand out the same attributes object each time, which saves hashing it. */
  readonly #byObject = new WeakMap<Attributes, KnownSeries>()
  /** And mostly at the same place, which saves even looking for it. */
  readonly #byPlace: (Place | undefined)[] = []
  readonly #byKey = new Map<string, KnownSeries>()
  /** Attributes that are too many, which are not checked again. */
  readonly #tooWide = new WeakSet<Attributes>()

  readonly #onRefused: (error: Error) => void

  /** @param onRefused - is given why a series is left out, once per object of attributes */
  constructor(isCarried: boolean, onRefused: (error: Error) => void) {
    this.isCarried = isCarried
    this.#onRefused = onRefused
  }

  /** How many series it has. */
  get size(): number {
    return this.#byKey.size
  }

  /** Writes one point; `begin` makes the series when it is new. */
  see(
    place: number,
    attributes: Attributes,
    value: number | HistogramValue,
    at: number,
    reader: object,
    begin: (key: string) => KnownSeries,
  ): void {
    const placed = this.#byPlace[place]
    const series = placed?.attributes === attributes ? placed.series : this.#find(place, attributes, begin)
    if (series === undefined) return
    if (!series.isListed) {
      // Not only when it is new: a series that was taken for gone may come back with the same object.
      series.isListed = true
      this.#byKey.set(series.key, series)
    }
    if (!isSameLayout(series.lastValue, value)) {
      // Another reader of the provider aggregates it otherwise: the one that is used goes on alone.
      if (series.reader !== reader && at - series.seenAt < CARRY_MS) return
      series.handle.markStale(at)
      series.handle = begin(series.key).handle
    }
    series.seenAt = at
    series.reader = reader
    if (this.isCarried || typeof value !== 'number' || typeof series.lastValue !== 'number') series.lastValue = value
    append(series.handle, at, value)
  }

  /** Writes one point of a series that is known and goes on as it is, and changes nothing else. */
  peek(place: number, attributes: Attributes, value: number | HistogramValue, at: number): void {
    const placed = this.#byPlace[place]
    const series = placed?.attributes === attributes ? placed.series : this.#byObject.get(attributes)
    if (series?.isListed && isSameLayout(series.lastValue, value)) append(series.handle, at, value)
  }

  /** Ends the series that this collection did not have, or carries them on. */
  settleAbsent({ at, reader }: Collected): void {
    for (const series of this.#byKey.values()) {
      if (series.seenAt === at || series.reader !== reader) continue
      if (this.isCarried && at - series.seenAt < CARRY_MS) {
        append(series.handle, at, series.lastValue)
        continue
      }
      series.handle.markStale(at)
      series.isListed = false
      this.#byKey.delete(series.key)
    }
  }

  /** Undefined where the attributes are too many. */
  #find(place: number, attributes: Attributes, begin: (key: string) => KnownSeries): KnownSeries | undefined {
    let series = this.#byObject.get(attributes)
    if (series === undefined) {
      if (this.#tooWide.has(attributes)) return undefined
      if ((keysOf(attributes, MOST_ATTRIBUTES)?.length ?? 0) > MOST_ATTRIBUTES) {
        this.#tooWide.add(attributes)
        this.#onRefused(new TooManyAttributesError(MOST_ATTRIBUTES))
        return undefined
      }
      const key = JSON.stringify(attributes)
      series = this.#byKey.get(key) ?? begin(key)
      this.#byObject.set(attributes, series)
    }
    // A flood of series must not stay in memory through its places in the list.
    if (place < MAX_PLACES) this.#byPlace[place] = { attributes, series }
    return series
  }
}

/** Whether both are numbers, or histograms with the same buckets. */
function isSameLayout(a: number | HistogramValue, b: number | HistogramValue): boolean {
  if (typeof a === 'number' || typeof b === 'number') return typeof a === typeof b
  const [one, other] = [a.buckets.boundaries, b.buckets.boundaries]
  return one === other || (one.length === other.length && one.every((bound, place) => bound === other[place]))
}

export function append(handle: KnownSeries['handle'], at: number, value: number | HistogramValue): void {
  if (typeof value === 'number') (handle as SeriesHandle).append(at, value)
  else (handle as HistogramHandle).append(at, value.buckets.counts, value.sum ?? 0, value.count)
}
