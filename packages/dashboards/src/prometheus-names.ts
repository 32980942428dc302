import { serverNames, type ServerNames } from '@homeostat/promql'
import { measuredAttributes, measuredMetrics } from '@homeostat/semconv'
import type { NameStyle } from './name-style.ts'

/** A style of a Prometheus server. */
export type PrometheusStyle = Exclude<NameStyle, 'datadog'>

/** The names that a Prometheus server has for what we measure and read. */
export function prometheusNames(style: PrometheusStyle): ServerNames {
  return serverNames(style, measuredMetrics, measuredAttributes)
}
