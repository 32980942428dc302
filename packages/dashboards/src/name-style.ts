/**
 * How a backend spells the names of metrics and attributes.
 *
 * - `plain`: as a Prometheus exporter of the process serves them, `homeostat_cache_requests_total`
 * - `datadog`: as Datadog stores what it receives by OTLP, `homeostat.cache.requests`
 * - the rest: as a Prometheus server stores what it receives by OTLP, by its setting `translation_strategy`.
 *   `UnderscoreEscapingWithSuffixes` is what it does unless it is set.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#configuration-file, `otlp`
 */
export type NameStyle =
  | 'plain'
  | 'UnderscoreEscapingWithSuffixes'
  | 'UnderscoreEscapingWithoutSuffixes'
  | 'NoUTF8EscapingWithSuffixes'
  | 'NoTranslation'
  | 'datadog'

/** Every {@link NameStyle}, the usual one first. */
export const nameStyles: readonly NameStyle[] = [
  'plain',
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
  'datadog',
]
