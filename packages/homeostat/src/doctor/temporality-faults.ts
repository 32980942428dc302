import type { Check } from './check.ts'

/** The variable that sets the temporality of OTLP exporters. */
export const TEMPORALITY = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'

type Fault = Pick<Check<never>, 'why' | 'fix'>

/** The same fault whether variables or a reader in the process show it. */
export const DELTA_TO_PROMETHEUS: Fault = {
  why: 'The OTLP receiver of Prometheus refuses delta values unless an experimental feature is enabled, so counters and histograms are missing.',
  fix: 'Send cumulative values.',
}

export const CUMULATIVE_TO_DATADOG: Fault = {
  why: 'The intake takes delta values. It drops cumulative counters and histograms.',
  fix: 'Send delta values.',
}
