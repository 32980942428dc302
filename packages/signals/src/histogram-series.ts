import type { Attributes, Histogram as MeterHistogram, HrTime } from '@opentelemetry/api'
import type { Cells } from './cells.ts'
import type { Removal, Series } from './series.ts'

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
export class HistogramSeries implements Series {
  readonly attributes: Attributes
  readonly startTime: HrTime
  start: number
  readonly #cells: Cells
  readonly #removal: Removal
  readonly #bounds: readonly number[]
  readonly #recorder: MeterRecorder

  constructor(
    attributes: Attributes,
    startTime: HrTime,
    cells: Cells,
    removal: Removal,
    bounds: readonly number[],
    recorder: MeterRecorder,
  ) {
    this.attributes = attributes
    this.startTime = startTime
    this.#cells = cells
    this.#removal = removal
    this.#bounds = bounds
    this.#recorder = recorder
    this.start = cells.take(0)
    cells.values[this.start + MIN] = Number.POSITIVE_INFINITY
    cells.values[this.start + MAX] = Number.NEGATIVE_INFINITY
  }

  /** Counts one value in the metric's unit. A value that is not finite is ignored: the sum would never recover. */
  record(value: number): void {
    const start = this.start
    if (start < 0 || !Number.isFinite(value)) return
    const bounds = this.#bounds
    // Upper bounds are inclusive (OpenTelemetry data model). Linear search beats binary below about 30 bounds.
    let bucket = 0
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++
    const values = this.#cells.values
    values[start + COUNT]! += 1
    values[start + SUM]! += value
    if (value < values[start + MIN]!) values[start + MIN] = value
    if (value > values[start + MAX]!) values[start + MAX] = value
    values[start + BUCKETS + bucket]! += 1
    const meter = this.#recorder.histogram
    if (meter !== undefined) meter.record(value, this.attributes)
  }

  get count(): number {
    return this.#cells.values[this.start + COUNT] ?? 0
  }

  remove(): void {
    if (this.#removal(this)) this.start = -1
  }
}
