import type { HrTime } from '@opentelemetry/api'
import type { Cells } from '../series/cells.ts'
import type { DataPoint, MetricDescriptor, Temporality } from '../metrics/metric-data.ts'
import { CUMULATIVE, GAUGE_POINT, SUM_POINT } from '../metrics/metric-data.ts'
import type { Series } from '../series/series.ts'

/**
 * The numbers of one metric as one collection saw them, side by side. A reader that only wants the values makes no object per
 * series; the points are made when they are asked for.
 */
export class CollectedNumbers {
  readonly descriptor: MetricDescriptor
  readonly aggregationTemporality: Temporality = CUMULATIVE
  readonly dataPointType: typeof SUM_POINT | typeof GAUGE_POINT
  readonly isMonotonic: boolean
  /** The same list as long as no series came or went. */
  readonly series: readonly Series[]
  /** The value of the series at each place; NaN if it has none. */
  readonly values: Float64Array
  readonly #endTime: HrTime
  #dataPoints: DataPoint<number>[] | undefined

  constructor(
    descriptor: MetricDescriptor,
    kind: 'counter' | 'upDownCounter' | 'gauge',
    series: readonly Series[],
    cells: Cells,
    endTime: HrTime,
  ) {
    this.descriptor = descriptor
    this.dataPointType = kind === 'gauge' ? GAUGE_POINT : SUM_POINT
    this.isMonotonic = kind === 'counter'
    this.series = series
    this.values = valuesOf(series, cells)
    this.#endTime = endTime
  }

  /** The points as `Registry.collect()` has them, made when they are first asked for. */
  get dataPoints(): DataPoint<number>[] {
    return (this.#dataPoints ??= this.series.flatMap((_, place) => {
      const point = this.pointAt(place)
      return Number.isNaN(point.value) ? [] : [point]
    }))
  }

  pointAt(place: number): DataPoint<number> {
    const { attributes, startTime } = this.series[place]!
    return { startTime, endTime: this.#endTime, attributes, value: this.values[place]! }
  }
}

function valuesOf(series: readonly Series[], { values }: Cells): Float64Array {
  const numbers = new Float64Array(series.length)
  for (let place = 0; place < numbers.length; place++) numbers[place] = values[series[place]!.start]!
  return numbers
}
