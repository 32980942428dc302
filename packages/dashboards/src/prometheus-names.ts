import { underscoreMetric, unitSuffix } from '@homeostat/promql'
import { attributes, type MetricDefinition, metrics, promName, upstreamMetrics } from '@homeostat/semconv'
import type { NameStyle } from './name-style.ts'

/** A style of a Prometheus server. */
export type PrometheusStyle = Exclude<NameStyle, 'datadog'>

/** The names of a style, by the plain ones. */
export interface PrometheusNames {
  readonly metrics: ReadonlyMap<string, string>
  readonly labels: ReadonlyMap<string, string>
}

type Named = Pick<MetricDefinition, 'name' | 'unit' | 'kind'>

/** What other instrumentations measure and our rules read. */
const FOREIGN: readonly Named[] = [
  { name: upstreamMetrics.systemCpuTime, unit: 's', kind: 'counter' },
  { name: upstreamMetrics.systemMemoryUtilization, unit: '1', kind: 'gauge' },
  { name: upstreamMetrics.systemNetworkIo, unit: 'By', kind: 'counter' },
  { name: upstreamMetrics.systemNetworkErrors, unit: '{error}', kind: 'counter' },
  { name: upstreamMetrics.systemNetworkDropped, unit: '{packet}', kind: 'counter' },
  { name: upstreamMetrics.systemNetworkPacketDropped, unit: '{packet}', kind: 'counter' },
  { name: upstreamMetrics.systemDiskIo, unit: 'By', kind: 'counter' },
]
const FOREIGN_ATTRIBUTES = ['system.device', 'system.cpu.state', 'system.memory.state', 'network.interface.name']

const ALL: readonly Named[] = [...Object.values<MetricDefinition>(metrics), ...FOREIGN]

/** The parts of a classic histogram, which every style keeps. */
const PARTS = ['_bucket', '_sum', '_count']

/** The names that a Prometheus server has for what we measure and read, by the names of a Prometheus exporter. */
export function prometheusNames(style: PrometheusStyle): PrometheusNames {
  const named = ALL.flatMap(metric => {
    const [plain, styled] = [plainName(metric), styledName(metric, style)]
    const parts = metric.kind === 'histogram' ? PARTS : ['']
    return parts.map(part => [plain + part, styled + part] as const)
  })
  const labels = isEscaped(style)
    ? []
    : [...Object.values(attributes), ...FOREIGN_ATTRIBUTES].map(key => [key.replaceAll('.', '_'), key] as const)
  return { metrics: new Map(named), labels: new Map(labels) }
}

function plainName({ name, unit, kind }: Named): string {
  return promName({ name, unit, kind, description: '', attributes: [] })
}

function isEscaped(style: PrometheusStyle): boolean {
  return style === 'plain' || style.startsWith('Underscore')
}

function styledName(metric: Named, style: PrometheusStyle): string {
  if (style === 'plain') return plainName(metric)
  const name = isEscaped(style) ? underscoreMetric(metric.name) : metric.name
  return style.endsWith('WithSuffixes') ? withSuffixes(name, metric) : name
}

/** Unit and `_total`, as the specification of OpenTelemetry's compatibility with Prometheus says. */
function withSuffixes(name: string, { unit, kind }: Named): string {
  const word = unitSuffix(unit, kind === 'upDownCounter' ? undefined : kind)
  const has = word === '' || name.split(/[._]/).includes(word) || name.endsWith(`_${word}`)
  return `${has ? name : `${name}_${word}`}${kind === 'counter' ? '_total' : ''}`
}
