import type { Attributes } from '@opentelemetry/api'

/**
 * The recording format, version 1: NDJSON. The first line is the header: it describes the values of all further lines;
 * each further line is one snapshot. See `docs/backtest.md`.
 */
export interface RecordingHeader {
  readonly homeostat: 'recording'
  readonly version: 1
  /** Usual time between two snapshots. */
  readonly intervalMs: number
  readonly scopes: readonly RecordedScope[]
}

/** An instrumentation scope of a recording. */
export interface RecordedScope {
  readonly name: string
  readonly version?: string
  /** True when the loop read it itself at each tick; else it came from an attached reader. */
  readonly own: boolean
  /** Number of the provider it came from. @default 1 */
  readonly provider?: number
  readonly metrics: readonly RecordedMetric[]
  /** A value of a snapshot belongs to the series at the same place here. */
  readonly series: readonly RecordedSeries[]
}

/** A metric of a recording. */
export interface RecordedMetric {
  readonly name: string
  readonly unit: string
  /** `counter` only rises, `sum` also falls. Both, and `histogram`, are totals since the series' start. */
  readonly kind: 'counter' | 'sum' | 'gauge' | 'histogram'
  /** True if its reader leaves idle series out; their last value goes on. */
  readonly carried?: true
  /** The SDK's name of the instrument: it decides whether a total from before the recording is possible. */
  readonly type?: string
  /** The upper bounds of a histogram's buckets, without +Inf. */
  readonly boundaries?: readonly number[]
}

/** A series of a recording: one attribute set of a metric. */
export interface RecordedSeries {
  /** Index of its metric in its scope. */
  readonly metric: number
  readonly attributes: Attributes
  /** When it began to count, in milliseconds since the epoch. */
  readonly startMs: number
}

/**
 * A number, as text where JSON has none for it (`Infinity`, `NaN`); of a histogram count, sum and the count of each bucket; null
 * when the series was not there.
 */
export type RecordedValue = number | string | readonly number[] | null

/** One line: the time of the snapshot, and each collection in it with its scope and its own time. */
export interface RecordedSnapshot {
  readonly at: number
  readonly collections: readonly RecordedCollection[]
}

/** One scope of a snapshot: the index of the scope, its time in milliseconds, and a value per series. */
export type RecordedCollection = readonly [scope: number, at: number, values: readonly RecordedValue[]]
