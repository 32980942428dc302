import { type MetricIdentity, type SeriesKind, spellings, underscoreLabel, underscoreMetric } from './names.ts'

/**
 * How a Prometheus server spells the names of metrics and labels, the usual way first.
 *
 * - `plain`: as a Prometheus exporter of the process serves them, `homeostat_cache_requests_total`
 * - the rest: as a Prometheus server stores what it receives by OTLP, by its setting `translation_strategy`.
 *   `UnderscoreEscapingWithSuffixes` is what it does unless it is set.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#configuration-file, `otlp`
 */
export const serverNameStyles = [
  'plain',
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
] as const

/** One of {@link serverNameStyles}. */
export type ServerNameStyle = (typeof serverNameStyles)[number]

/** The names that a server has. */
export interface ServerNames {
  /** How far a rate looks back at least, so that it has four samples: of a scrape each 15 s, or of an export each minute, which is OTLP's default. */
  readonly leastRateRangeMs: number
  /** By every name that PromQL may use. */
  readonly metrics: ReadonlyMap<string, string>
  /** By the name with underscores. */
  readonly labels: ReadonlyMap<string, string>
}

/** A metric as an instrumentation makes it. */
export interface NamedMetric {
  /** OTel name with dots. */
  readonly name: string
  /** UCUM unit, for example `s`, `By`, `1`, `{connection}`. */
  readonly unit: string
  readonly kind: 'counter' | 'upDownCounter' | 'gauge' | 'histogram'
}

/** The parts of a classic histogram, which every style keeps. */
const PARTS = ['bucket', 'sum', 'count'] as const

/**
 * The names that a Prometheus server has for metrics and attributes.
 *
 * @example
 * ```ts
 * const job = { name: 'job.age', unit: 's', kind: 'gauge' } as const
 * serverNames('UnderscoreEscapingWithSuffixes', [job], []).metrics.get('job_age') // 'job_age_seconds'
 * ```
 */
export function serverNames(
  style: ServerNameStyle,
  metrics: Iterable<NamedMetric>,
  attributes: Iterable<string>,
): ServerNames {
  const names = new Map<string, string>()
  for (const metric of metrics) {
    const { name, unit } = metric
    const kind = kindOf(metric)
    for (const part of kind === 'histogram' ? PARTS : [undefined]) {
      const end = part === undefined ? '' : `_${part}`
      const styled = styledName(metric, style) + end
      for (const each of spellings({ name, unit, kind, part } satisfies MetricIdentity)) names.set(each, styled)
    }
  }
  const labels = isEscaped(style) ? [] : [...attributes].map(key => [underscoreLabel(key), key] as const)
  return { leastRateRangeMs: style === 'plain' ? 60_000 : 240_000, metrics: names, labels: new Map(labels) }
}

/** The text of an annotation with the labels of a server: `$labels.label`. */
export function translatedAnnotation(text: string, { labels }: Pick<ServerNames, 'labels'>): string {
  return text.replaceAll(/\$labels\.(\w+)/g, (whole, label: string) => {
    const name = labels.get(label)
    return name === undefined || name === label ? whole : `(index $labels "${name}")`
  })
}

/** The same for all annotations of a rule. */
export function translatedAnnotations(
  annotations: Readonly<Record<string, string>> = {},
  names: Pick<ServerNames, 'labels'>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).map(([key, text]) => [key, translatedAnnotation(text, names)]))
}

function isEscaped(style: ServerNameStyle): boolean {
  return style === 'plain' || style.startsWith('Underscore')
}

/** The canonical spelling has the suffixes, first with underscores and then with dots. */
function styledName(metric: NamedMetric, style: ServerNameStyle): string {
  const { name, unit } = metric
  const kind = kindOf(metric)
  const base = isEscaped(style) ? underscoreMetric(name) : name
  if (style === 'plain') return kind === 'counter' ? `${base}_total` : base
  if (!style.endsWith('WithSuffixes')) return base
  return spellings({ name, unit, kind }).find(each => each.startsWith(base))!
}

function kindOf({ kind }: NamedMetric): SeriesKind {
  return kind === 'upDownCounter' ? 'gauge' : kind
}
