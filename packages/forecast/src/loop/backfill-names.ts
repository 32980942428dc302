import { spellings, underscoreMetric, unitSuffix, type HistogramPart } from '@homeostat/promql'

/** UCUM units that OpenTelemetry's conventions and SDKs use; `1` is a ratio. https://opentelemetry.io/docs/specs/semconv/general/metrics/ */
const UNITS = [
  '1',
  's',
  'ms',
  'us',
  'ns',
  'By',
  'KiBy',
  'MiBy',
  'GiBy',
  '%',
  'Hz',
  'Cel',
  'min',
  'h',
  'd',
  'By/s',
  '1/s',
]

/**
 * What a server may call the metric that an expression names. Here a series answers to every spelling; a server has exactly one,
 * and whether that ends in `_total` and the unit is an option of the exporter or of the server.
 *
 * @returns as written first, then what is less and less alike
 *
 * @example
 * ```ts
 * serverSpellings('db.client.operation.duration_bucket')
 * // ['db_client_operation_duration_bucket', …, 'db_client_operation_duration_seconds_bucket', …]
 * ```
 */
export function serverSpellings(written: string): readonly string[] {
  const name = underscoreMetric(written)
  const names = [name, ...instrumentNames(withoutSuffix(name, '_total'))]
  const part = (['bucket', 'sum', 'count'] as const).find(suffix => name.endsWith(`_${suffix}`))
  if (part) names.push(...histogramNames(withoutSuffix(name, `_${part}`), part))
  return [...new Set(names)]
}

function instrumentNames(name: string): string[] {
  const bare = withoutUnit(name)
  const counters = [undefined, ...UNITS].flatMap(unit => spellings({ name: bare, unit, kind: 'counter' }))
  const gauges = [undefined, ...UNITS].flatMap(unit => spellings({ name: bare, unit, kind: 'gauge' }))
  return [bare, ...gauges, ...counters]
}

function histogramNames(name: string, part: HistogramPart): string[] {
  const bare = withoutUnit(name)
  return [undefined, ...UNITS].flatMap(unit => spellings({ name: bare, unit, kind: 'histogram', part }))
}

function withoutUnit(name: string): string {
  const unit = UNITS.map(each => `_${unitSuffix(each, 'gauge')}`).find(suffix => name.endsWith(suffix))
  return unit === undefined ? name : withoutSuffix(name, unit)
}

function withoutSuffix(name: string, suffix: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
}
