/** What a series is expected to reach within a horizon, in its unit. */
export interface PredictedPeak {
  /** The value now, below which no peak can be. */
  readonly from: number
  /** As probable to be exceeded as not. */
  readonly median: number
  /** Exceeded once in ten times. */
  readonly high: number
}
