import { formatPlain } from '../numbers/float-format.ts'
import { BUCKET_BOUND } from '../words/labels.ts'
import type { SeriesDescriptor } from '../words/series-descriptor.ts'
import type { SeriesHandle } from './series-handle.ts'

/** Where a histogram's series come from. */
interface SeriesSource {
  series(descriptor: SeriesDescriptor): SeriesHandle
}

/** A place to append one classic histogram's state; made by `store.histogram()`. */
export class HistogramHandle {
  readonly #buckets: readonly SeriesHandle[]
  readonly #sum: SeriesHandle
  readonly #count: SeriesHandle

  constructor(store: SeriesSource, descriptor: SeriesDescriptor, bounds: readonly number[]) {
    const base = { ...descriptor, kind: 'histogram' } as const
    this.#buckets = [...bounds, Infinity].map(bound =>
      store.series({ ...base, part: 'bucket', labels: { ...descriptor.labels, [BUCKET_BOUND]: formatPlain(bound) } }),
    )
    this.#sum = store.series({ ...base, part: 'sum' })
    this.#count = store.series({ ...base, part: 'count' })
  }

  /**
   * Adds the histogram's state at a time.
   *
   * @param counts observations per bucket, not cumulative, one more than there are bounds (OpenTelemetry's form).
   */
  append(timeMs: number, counts: ArrayLike<number>, sum: number, count: number): void {
    let below = 0
    for (let i = 0; i < this.#buckets.length; i++) {
      below += counts[i] ?? 0
      this.#buckets[i]?.append(timeMs, below)
    }
    this.#sum.append(timeMs, sum)
    this.#count.append(timeMs, count)
  }

  markStale(timeMs: number): void {
    for (const bucket of this.#buckets) bucket.markStale(timeMs)
    this.#sum.markStale(timeMs)
    this.#count.markStale(timeMs)
  }
}
