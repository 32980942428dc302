import type { Attributes } from '@opentelemetry/api'
import type { HistogramHandle, SeriesHandle } from '@homeostat/promql'
import type { HistogramValue } from '@homeostat/signals'

/** A reader of deltas says nothing of idle series; one that has been idle for Prometheus's lookback is taken for gone. */
const CARRY_MS = 300_000

/** One series as it was last seen, and where it goes in the store. */
export interface KnownSeries {
  readonly key: string
  readonly handle: SeriesHandle | HistogramHandle
  lastValue: number | HistogramValue
  seenAt: number
}

/** The series of one metric of one scope. */
export class KnownMetric {
  /** A reader of deltas leaves idle series out, so their absence says nothing. */
  readonly isCarried: boolean
  /** The SDKs and our own registries hand out the same attributes object each time, which saves hashing it. */
  readonly #byObject = new WeakMap<Attributes, KnownSeries>()
  readonly #byKey = new Map<string, KnownSeries>()

  constructor(isCarried: boolean) {
    this.isCarried = isCarried
  }

  /** Writes one point; `begin` makes the series when it is new. */
  see(attributes: Attributes, value: number | HistogramValue, at: number, begin: (key: string) => KnownSeries): void {
    let series = this.#byObject.get(attributes)
    if (series === undefined) {
      const key = JSON.stringify(attributes)
      series = this.#byKey.get(key) ?? begin(key)
      this.#byObject.set(attributes, series)
    }
    // Always, and not only when it is new: a series that was taken for gone may come back with the same object.
    this.#byKey.set(series.key, series)
    series.seenAt = at
    series.lastValue = value
    write(series, at)
  }

  /** Ends the series that this collection did not have, or carries them on. */
  settleAbsent(at: number): void {
    for (const [key, series] of this.#byKey) {
      if (series.seenAt === at) continue
      if (this.isCarried && at - series.seenAt < CARRY_MS) {
        write(series, at)
        continue
      }
      series.handle.markStale(at)
      this.#byKey.delete(key)
    }
  }
}

export function write({ handle, lastValue }: Pick<KnownSeries, 'handle' | 'lastValue'>, at: number): void {
  if (typeof lastValue === 'number') (handle as SeriesHandle).append(at, lastValue)
  else (handle as HistogramHandle).append(at, lastValue.buckets.counts, lastValue.sum ?? 0, lastValue.count)
}
