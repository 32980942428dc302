/**
 * The shapes an OpenTelemetry SDK exchanges between producers, readers and exporters, written structurally: the same
 * objects serve SDK 2 and SDK 3, and nothing here imports an SDK (SDK 3 ships two copies of each class).
 * Arrays are mutable only because the SDK's are: a read-only array would not be assignable to its types.
 * Source: `@opentelemetry/sdk-metrics` `MetricData.d.ts`, unchanged between 2.12 and 3.1.
 */
import type { Attributes, HrTime, ValueType } from '@opentelemetry/api'

/** `AggregationTemporality` of the SDK. */
export type Temporality = 0 | 1
/** Values are the growth since the collection before. `AggregationTemporality.DELTA` of the SDK. */
export const DELTA: Temporality = 0
/** Values are totals since the start of the series. `AggregationTemporality.CUMULATIVE` of the SDK. */
export const CUMULATIVE: Temporality = 1

/** `DataPointType` of the SDK. */
export const HISTOGRAM_POINT = 0 as const
/** `DataPointType.EXPONENTIAL_HISTOGRAM` of the SDK. */
export const EXPONENTIAL_HISTOGRAM_POINT = 1 as const
/** `DataPointType.GAUGE` of the SDK. */
export const GAUGE_POINT = 2 as const
/** `DataPointType.SUM` of the SDK. */
export const SUM_POINT = 3 as const

/** An instrumentation scope. */
export interface Scope {
  readonly name: string
  readonly version?: string
  readonly schemaUrl?: string
}

/** Name, unit and kind of a metric, as the SDK describes it. */
export interface MetricDescriptor {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly valueType: ValueType
  /** `InstrumentType` of the SDK, which puts it there: the kind of instrument the points come from. */
  readonly type?: string
}

/** The value of one attribute set in one collection. Times are OTel `HrTime`. */
export interface DataPoint<T> {
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly attributes: Attributes
  readonly value: T
}

/** Counts per bucket, with sum and extremes where they are known. */
export interface HistogramValue {
  readonly buckets: { readonly boundaries: number[]; readonly counts: number[] }
  readonly sum?: number
  readonly count: number
  readonly min?: number
  readonly max?: number
}

interface MetricBase {
  readonly descriptor: MetricDescriptor
  readonly aggregationTemporality: Temporality
}

/** A counter or up-down counter with its points. */
export interface SumMetric extends MetricBase {
  readonly dataPointType: typeof SUM_POINT
  readonly isMonotonic: boolean
  readonly dataPoints: DataPoint<number>[]
}

/** A gauge with its current values. */
export interface GaugeMetric extends MetricBase {
  readonly dataPointType: typeof GAUGE_POINT
  readonly dataPoints: DataPoint<number>[]
}

/** A histogram with its points. */
export interface HistogramMetric extends MetricBase {
  readonly dataPointType: typeof HISTOGRAM_POINT
  readonly dataPoints: DataPoint<HistogramValue>[]
}

/** One metric of a collection, as the SDK passes it to an exporter. */
export type MetricData = SumMetric | GaugeMetric | HistogramMetric

/** One instrumentation scope's metrics, as one collection saw them. */
export interface ScopeMetrics {
  readonly scope: Scope
  readonly metrics: MetricData[]
}

/** `Resource` of the SDK, empty. */
export interface ProducedResource {
  readonly attributes: Attributes
  merge(other: ProducedResource | null): ProducedResource
  getRawAttributes(): never[]
}

/** `InstrumentType` of the SDK, as far as a temporality selector is asked. */
export type InstrumentType = 'COUNTER' | 'UP_DOWN_COUNTER' | 'GAUGE' | 'HISTOGRAM'
