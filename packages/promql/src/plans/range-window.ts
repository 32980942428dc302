/** The samples of one series inside a range, stale markers left out. Valid only during the visit. */
export interface RangeWindow {
  readonly length: number
  /** The memory they lie in, `[time, value, time, value, ...]`, for who reads them all. */
  readonly samples: Float64Array
  /** Where the first sample's time is in {@link samples}. */
  readonly from: number
  /** Where the last sample's value ends. */
  readonly to: number
  timeAt(index: number): number
  valueAt(index: number): number
  /** False when no value is known to be smaller than the one before it. */
  readonly mayDrop: boolean
  /** The range is left-open: `(startMs, endMs]`. */
  readonly startMs: number
  readonly endMs: number
}
