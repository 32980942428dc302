/**
 * An alerting rule: plain data with the fields of a Prometheus rule, so that the same text works in a rule file.
 * https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
 *
 * @example
 * ```ts
 * const rule: Rule = {
 *   alert: 'CacheHitRatioLow',
 *   expr: 'sum(rate(cache_hits_total[1m])) / sum(rate(cache_lookups_total[1m])) < 0.7',
 *   for: '30s',
 *   keepFiringFor: '1m',
 *   labels: { severity: 'medium' },
 *   annotations: { summary: 'hit ratio is {{ $value | humanizePercentage }}' },
 * }
 * ```
 */
export interface Rule {
  /** Name of the alert; becomes the label `alertname`. */
  readonly alert: string
  /** PromQL; every sample of its result is one alert. */
  readonly expr: string
  /** How long a sample must be there before its alert fires, as a Prometheus duration. @default `0s`: at once */
  readonly for?: string
  /** How long an alert goes on firing after its sample went away. In rule files: `keep_firing_for`. @default `0s` */
  readonly keepFiringFor?: string
  /** Labels added to the alert's; values may hold templates. */
  readonly labels?: Readonly<Record<string, string>>
  /** Texts for people; values may hold templates. */
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * A recording rule: its result becomes series of the store, for the rules after it.
 * https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
 *
 * @example
 * ```ts
 * const rule: RecordingRule = { record: 'job:requests:rate1m', expr: 'sum by (job) (rate(requests_total[1m]))' }
 * ```
 */
export interface RecordingRule {
  /** Name of the series that are written. */
  readonly record: string
  /** PromQL; every sample of its result is written. */
  readonly expr: string
  /** Labels set on the series; an empty value removes one. No templates. */
  readonly labels?: Readonly<Record<string, string>>
}
