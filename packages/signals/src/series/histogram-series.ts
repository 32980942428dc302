import type { Histogram as MeterHistogram } from '@opentelemetry/api'
import type { SeriesSeed } from './series.ts'
import { BoundSeries } from './series.ts'

// The cells of one series: count, sum, min, max, then one cell a bucket, the last for everything above the bounds.
export const COUNT = 0
export const SUM = 1
export const MIN = 2
export const MAX = 3
export const BUCKETS = 4

/** The record function of a bound Meter's histogram, shared by all series of one instrument. */
export interface MeterRecorder {
  histogram: MeterHistogram | undefined
}

/** Counts of values by bucket. */
export class HistogramSeries extends BoundSeries {
  readonly #bounds: readonly number[]
  readonly #recorder: MeterRecorder

  constructor(seed: SeriesSeed, bounds: readonly number[], recorder: MeterRecorder) {
    super(seed, 0)
    this.#bounds = bounds
    this.#recorder = recorder
    this.cells.values[this.start + MIN] = Number.POSITIVE_INFINITY
    this.cells.values[this.start + MAX] = Number.NEGATIVE_INFINITY
  }

  /**
   * Counts a value in the metric's unit. A value that is not finite is ignored: the sum would never recover.
   *
   * @param times - how often the value occurred, a whole number
   */
  record(value: number, times = 1): void {
    const start = this.start
    if (start < 0 || !Number.isFinite(value)) return
    const bounds = this.#bounds
    // Upper bounds are inclusive (OpenTelemetry data model). Linear search beats binary below about 30 bounds.
    let bucket = 0
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++
    const values = this.cells.values
    values[start + COUNT]! += times
    values[start + SUM]! += value * times
    if (value < values[start + MIN]!) values[start + MIN] = value
    if (value > values[start + MAX]!) values[start + MAX] = value
    values[start + BUCKETS + bucket]! += times
    const meter = this.#recorder.histogram
    if (meter === undefined) return
    for (let time = 0; time < times; time++) meter.record(value, this.attributes)
  }

  get count(): number {
    return this.cells.values[this.start + COUNT] ?? 0
  }
}
