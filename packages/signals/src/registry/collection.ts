import type { HrTime } from '@opentelemetry/api'
import { ValueType } from '@opentelemetry/api'
import type { MetricDefinition } from '@homeostat/semconv'
import { CollectedNumbers } from './collected-numbers.ts'
import type { DeltaState } from './delta-state.ts'
import { BUCKETS, COUNT, MAX, MIN, SUM } from '../series/histogram-series.ts'
import type { Instrument } from '../series/instrument.ts'
import type { DataPoint, HistogramValue, InstrumentType, MetricData, MetricDescriptor } from '../metrics/metric-data.ts'
import { CUMULATIVE, DELTA, GAUGE_POINT, HISTOGRAM_POINT, SUM_POINT } from '../metrics/metric-data.ts'

const INSTRUMENT_TYPES: Record<MetricDefinition['kind'], InstrumentType> = {
  counter: 'COUNTER',
  upDownCounter: 'UP_DOWN_COUNTER',
  gauge: 'GAUGE',
  histogram: 'HISTOGRAM',
}

export function instrumentType(definition: MetricDefinition): InstrumentType {
  return INSTRUMENT_TYPES[definition.kind]
}

const descriptors = new WeakMap<MetricDefinition, MetricDescriptor>()

function descriptorOf(definition: MetricDefinition): MetricDescriptor {
  let descriptor = descriptors.get(definition)
  if (descriptor === undefined) {
    const { name, description, unit } = definition
    descriptors.set(definition, (descriptor = { name, description, unit, valueType: ValueType.DOUBLE }))
  }
  return descriptor
}

/**
 * One instrument as a collection at `endTime` sees it: fresh points, nothing reset. Undefined when it has no points.
 *
 * @param delta - the state of a reader that wants deltas; left out, the points are cumulative.
 */
export function collectInstrument(instrument: Instrument, endTime: HrTime, delta?: DeltaState): MetricData | undefined {
  const { definition } = instrument
  const base = { descriptor: descriptorOf(definition), aggregationTemporality: delta ? DELTA : CUMULATIVE }
  if (definition.kind === 'histogram') {
    const dataPoints = histogramPoints(instrument, endTime, delta)
    return dataPoints.length ? { ...base, dataPointType: HISTOGRAM_POINT, dataPoints } : undefined
  }
  const dataPoints = numberPoints(instrument, endTime, delta)
  if (!dataPoints.length) return undefined
  return definition.kind === 'gauge'
    ? { ...base, dataPointType: GAUGE_POINT, dataPoints }
    : { ...base, dataPointType: SUM_POINT, isMonotonic: definition.kind === 'counter', dataPoints }
}

/** The same for a reader that makes no points of numbers, cumulative. */
export function readInstrument(instrument: Instrument, endTime: HrTime): MetricData | undefined {
  const { definition, cells } = instrument
  if (definition.kind === 'histogram') return collectInstrument(instrument, endTime)
  const series = instrument.series()
  if (series.length === 0) return undefined
  return new CollectedNumbers(descriptorOf(definition), definition.kind, series, cells, endTime)
}

function numberPoints(instrument: Instrument, endTime: HrTime, delta: DeltaState | undefined): DataPoint<number>[] {
  const series = instrument.series()
  const { values } = instrument.cells
  // Sized at once and filled by index: with many series, growing the array costs as much as the points.
  const points = new Array<DataPoint<number>>(series.length)
  let length = 0
  for (let i = 0; i < series.length; i++) {
    const one = series[i]!
    const total = values[one.start]!
    if (total !== total) continue
    if (delta === undefined) {
      points[length++] = { startTime: one.startTime, endTime, attributes: one.attributes, value: compact(total) }
      continue
    }
    const value = total - delta.previous(one.start)
    if (value !== 0) points[length++] = { startTime: delta.startTime(one), endTime, attributes: one.attributes, value }
  }
  points.length = length
  delta?.advance(endTime)
  return points
}

/** The same number; V8 holds a small integer in the point itself, where a double from a typed array takes a heap object. */
function compact(value: number): number {
  const integer = value | 0
  return integer === value ? integer : value
}

function histogramPoints(
  instrument: Instrument,
  endTime: HrTime,
  delta: DeltaState | undefined,
): DataPoint<HistogramValue>[] {
  const points: DataPoint<HistogramValue>[] = []
  const boundaries = [...(instrument.definition.buckets ?? [])]
  const { values, width } = instrument.cells
  for (const series of instrument.series()) {
    const { start, attributes } = series
    const before = (cell: number): number => (delta === undefined ? 0 : delta.previous(start + cell))
    const count = values[start + COUNT]! - before(COUNT)
    if (count === 0) continue
    const counts: number[] = []
    for (let cell = BUCKETS; cell < width; cell++) counts.push(values[start + cell]! - before(cell))
    const value: HistogramValue = {
      buckets: { boundaries, counts },
      count,
      sum: values[start + SUM]! - before(SUM),
      // A minimum since the start says nothing of one interval, so deltas go without.
      ...(delta === undefined ? { min: values[start + MIN]!, max: values[start + MAX]! } : undefined),
    }
    points.push({ startTime: delta ? delta.startTime(series) : series.startTime, endTime, attributes, value })
  }
  delta?.advance(endTime)
  return points
}
