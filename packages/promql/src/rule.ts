/**
 * A Prometheus alerting rule, as it stands in a Prometheus rule file.
 * Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
 */
export interface Rule {
  /** The alert's name. */
  readonly alert: string
  /** PromQL; each series of its result is one alert. */
  readonly expr: string
  /** How long the expression must hold before the alert fires, e.g. `30s`. @default 0s */
  readonly for?: string
  /** How long the alert goes on firing after the expression stopped holding. @default 0s */
  readonly keepFiringFor?: string
  readonly labels?: Readonly<Record<string, string>>
  /** May hold the templates `{{ $value }}` and `{{ $labels.x }}`. */
  readonly annotations?: Readonly<Record<string, string>>
}
