import type { Attributes } from '@opentelemetry/api'
import type { HistogramValue, MetricData, Scope, ScopeMetrics } from '@homeostat/signals'
import { GAUGE_POINT, HISTOGRAM_POINT } from '@homeostat/signals'
import { forTextExposition } from './text-exposition.ts'

/** The last line of a text of OpenMetrics. */
const END = '# EOF'

/**
 * Appends our metrics to a Prometheus text, with the names that OpenTelemetry's own exporter gives them. A family that the text
 * already has is left out: a second one would make the whole text invalid.
 *
 * Source: Prometheus, "Exposition formats", text format 0.0.4, and OpenMetrics 1.0 where the text ends with `# EOF`.
 *
 * @param text - the application's own metrics
 * @param merged - the scope of metrics that several of ours carry
 */
export function withExposition(text: string, own: readonly ScopeMetrics[], merged: Scope): string {
  const isOpenMetrics = text.trimEnd().endsWith(END)
  const given = isOpenMetrics ? text.trimEnd().slice(0, -END.length) : text
  const taken = familiesIn(given)
  const lines: string[] = []
  for (const { scope, metrics } of forTextExposition(own, [], merged)) {
    for (const metric of metrics) {
      const family = familyOf(metric)
      if (!taken.has(family)) writeFamily(lines, metric, scope, family, isOpenMetrics)
    }
  }
  const separator = given === '' || given.endsWith('\n') ? '' : '\n'
  const ours = lines.map(line => `${line}\n`).join('')
  return `${given}${separator}${ours}${isOpenMetrics ? `${END}\n` : ''}`
}

/** Names of families without `_total`, which OpenMetrics leaves out of them. */
function familiesIn(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/^# (?:TYPE|HELP) (\S+)/gm), ([, name]) => name!.replace(/_total$/, '')))
}

function familyOf({ descriptor: { name } }: MetricData): string {
  return underscored(name).replace(/_total$/, '')
}

function writeFamily(lines: string[], metric: MetricData, scope: Scope, family: string, isOpenMetrics: boolean): void {
  const isCounter =
    metric.dataPointType !== GAUGE_POINT && metric.dataPointType !== HISTOGRAM_POINT && metric.isMonotonic
  const sample = isCounter ? `${family}_total` : family
  const header = isOpenMetrics ? family : sample
  const type = metric.dataPointType === HISTOGRAM_POINT ? 'histogram' : isCounter ? 'counter' : 'gauge'
  lines.push(`# HELP ${header} ${escaped(metric.descriptor.description)}`, `# TYPE ${header} ${type}`)
  for (const { attributes, value } of metric.dataPoints) {
    const labels = labelsOf(attributes, scope)
    if (typeof value === 'number') lines.push(`${sample}{${labels}} ${written(value)}`)
    else writeHistogram(lines, sample, labels, value)
  }
}

function writeHistogram(
  lines: string[],
  name: string,
  labels: string,
  { buckets, count, sum = 0 }: HistogramValue,
): void {
  let below = 0
  buckets.boundaries.forEach((bound, place) => {
    below += buckets.counts[place] ?? 0
    lines.push(`${name}_bucket{${labels},le="${written(bound)}"} ${below}`)
  })
  lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`)
  lines.push(`${name}_sum{${labels}} ${written(sum)}`, `${name}_count{${labels}} ${count}`)
}

function labelsOf(attributes: Attributes, scope: Scope): string {
  const pairs = Object.entries(attributes).map(([name, value]) => `${underscored(name)}="${quoted(String(value))}"`)
  return [...pairs, `otel_scope_name="${quoted(scope.name)}"`].join(',')
}

function underscored(name: string): string {
  return name.replaceAll(/\W/g, '_')
}

function written(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/** Text of a HELP line. */
function escaped(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)
}

function quoted(text: string): string {
  return escaped(text).replaceAll('"', String.raw`\"`)
}
