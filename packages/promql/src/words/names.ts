/**
 * One series, many spellings. OpenTelemetry names (`db.client.operation.duration`, unit `s`) and their Prometheus forms
 * (`db_client_operation_duration_seconds`) select the same series.
 *
 * Rules: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#otlp-metric-points-to-prometheus
 * (names and `_total`, units, `_ratio` for gauges of unit `1`, annotations in braces dropped, label names).
 */

/** What kind of instrument a series comes from; a series without a kind is taken as a Prometheus series already. */
export type SeriesKind = 'counter' | 'gauge' | 'histogram'
/** The three series a classic histogram is stored as. */
export type HistogramPart = 'bucket' | 'sum' | 'count'

/** Attribute values as OpenTelemetry has them; labels are their text, arrays as JSON. */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly (string | number | boolean | null | undefined)[]
  | undefined
/** The attributes of one series, by OTel name. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** The parts that the Prometheus name of a metric derives from. */
export interface MetricIdentity {
  /** OTel name with dots, or a Prometheus name. */
  readonly name: string
  /** UCUM unit, for example `s`, `By`, `1`, `{connection}`. */
  readonly unit?: string | undefined
  readonly kind?: SeriesKind | undefined
  readonly part?: HistogramPart | undefined
}

/** UCUM to the words Prometheus uses; others are kept as they are. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
}
const PER_WORDS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

/** A metric name of letters, digits, `_` and `:`; runs of other characters become one underscore. */
export function underscoreMetric(name: string): string {
  if (/^[A-Za-z_:][\w:]*$/.test(name)) return name
  const safe = name.replaceAll(/[^\w:]+/g, '_').replaceAll(/_{2,}/g, '_')
  return /^\d/.test(safe) ? `_${safe}` : safe
}

/** A label name of letters, digits and `_`: the canonical form in matchers, groupings and results. */
export function underscoreLabel(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return name
  const safe = name.replaceAll(/\W/g, '_')
  return /^\d/.test(safe) ? `key_${safe}` : safe
}

/** The suffix a unit adds, without its underscore; empty when it adds none. */
export function unitSuffix(unit: string | undefined, kind: SeriesKind | undefined): string {
  const bare = (unit ?? '').replaceAll(/\{[^}]*\}/g, '').trim()
  if (bare === '') return ''
  if (bare === '1') return kind === 'gauge' ? 'ratio' : ''
  const [amount = '', per] = bare.split('/', 2)
  const word = Object.hasOwn(UNIT_WORDS, amount) ? (UNIT_WORDS[amount] ?? amount) : amount === '1' ? '' : amount
  const rate = per === undefined || per === '' ? '' : `per_${Object.hasOwn(PER_WORDS, per) ? PER_WORDS[per] : per}`
  return underscoreMetric([word, rate].filter(text => text !== '').join('_')).replaceAll(/^_+|_+$/g, '')
}

/**
 * Every name the series answers to. The first is the canonical one, which results carry as `__name__`.
 *
 * @example
 * ```ts
 * spellings({ name: 'http.server.requests', unit: '{request}', kind: 'counter' })
 * // ['http_server_requests_total', 'http_server_requests', 'http.server.requests', 'http.server.requests_total']
 * ```
 */
export function spellings(metric: MetricIdentity): readonly string[] {
  if (metric.kind === undefined && metric.part === undefined) {
    return [...new Set([metric.name, underscoreMetric(metric.name)])]
  }
  const part = metric.part === undefined ? '' : `_${metric.part}`
  const suffix = unitSuffix(metric.unit, metric.kind)
  const total = metric.kind === 'counter' ? '_total' : ''
  const out = new Set<string>()
  // Full Prometheus name first: it is what an exporter would publish, so it is what results are called.
  for (const base of [underscoreMetric(metric.name), metric.name]) {
    const bare = total !== '' && base.endsWith(total) ? base.slice(0, -total.length) : base
    const united = suffix === '' || hasWord(bare, suffix) ? bare : `${bare}_${suffix}`
    for (const unitForm of [united, bare]) {
      for (const totalForm of total === '' ? [''] : [total, '']) out.add(unitForm + totalForm + part)
    }
  }
  return [...out]
}

function hasWord(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`_${suffix}`) || name.endsWith(`.${suffix}`)
}

/**
 * Attributes as labels. Two keys that become one (`a.b` and `a_b`) are joined with `;` in key order, as the specification
 * demands; nothing is silently lost.
 */
export function underscoreLabels(attributes: Attributes): Map<string, string> {
  const out = new Map<string, string>()
  for (const key of Object.keys(attributes).toSorted()) {
    const value = attributes[key]
    if (value === undefined) continue
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    const label = underscoreLabel(key)
    const before = out.get(label)
    out.set(label, before === undefined ? text : `${before};${text}`)
  }
  return out
}
