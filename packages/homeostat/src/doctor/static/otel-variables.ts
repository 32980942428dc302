import type { ApplicationFacts, Setting } from './application-facts.ts'

/** The instrumentations of the contrib packages that are on; all others are off. */
export const ENABLED_INSTRUMENTATIONS = 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'
export const DISABLED_INSTRUMENTATIONS = 'OTEL_NODE_DISABLED_INSTRUMENTATIONS'

/**
 * The variables of the specification (configuration/sdk-environment-variables, protocol/exporter) and those that only the
 * JavaScript SDK and its instrumentations read.
 */
export const OTEL_VARIABLES: ReadonlySet<string> = new Set([
  'OTEL_SDK_DISABLED',
  'OTEL_ENTITIES',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SERVICE_NAME',
  'OTEL_LOG_LEVEL',
  'OTEL_PROPAGATORS',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'OTEL_CONFIG_FILE',
  'OTEL_EXPERIMENTAL_CONFIG_FILE',
  'OTEL_SEMCONV_STABILITY_OPT_IN',
  'OTEL_METRICS_EXEMPLAR_FILTER',
  'OTEL_TRACES_EXPORTER',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
  'OTEL_METRIC_EXPORT_INTERVAL',
  'OTEL_METRIC_EXPORT_TIMEOUT',
  ...['SCHEDULE_DELAY', 'EXPORT_TIMEOUT', 'MAX_QUEUE_SIZE', 'MAX_EXPORT_BATCH_SIZE'].flatMap(name => [
    `OTEL_BSP_${name}`,
    `OTEL_BLRP_${name}`,
  ]),
  ...['OTEL_ATTRIBUTE', 'OTEL_SPAN_ATTRIBUTE', 'OTEL_LOGRECORD_ATTRIBUTE'].flatMap(name => [
    `${name}_COUNT_LIMIT`,
    `${name}_VALUE_LENGTH_LIMIT`,
  ]),
  'OTEL_SPAN_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_LINK_COUNT_LIMIT',
  'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
  ...['', 'TRACES_', 'METRICS_', 'LOGS_'].flatMap(signal =>
    [
      'ENDPOINT',
      'PROTOCOL',
      'HEADERS',
      'TIMEOUT',
      'COMPRESSION',
      'INSECURE',
      'CERTIFICATE',
      'CLIENT_KEY',
      'CLIENT_CERTIFICATE',
    ].map(name => `OTEL_EXPORTER_OTLP_${signal}${name}`),
  ),
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  'OTEL_EXPORTER_PROMETHEUS_HOST',
  'OTEL_EXPORTER_PROMETHEUS_PORT',
  'OTEL_EXPORTER_ZIPKIN_ENDPOINT',
  'OTEL_EXPORTER_ZIPKIN_TIMEOUT',
  ...['AGENT_HOST', 'AGENT_PORT', 'ENDPOINT', 'TIMEOUT', 'USER', 'PASSWORD'].map(
    name => `OTEL_EXPORTER_JAEGER_${name}`,
  ),
  'OTEL_NODE_RESOURCE_DETECTORS',
  'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
  ENABLED_INSTRUMENTATIONS,
  DISABLED_INSTRUMENTATIONS,
  'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
])

/** A variable that is not empty; the SDK treats an empty one as missing. */
export function settingOf(facts: ApplicationFacts, name: string): Setting | undefined {
  const setting = facts.environment.get(name)
  return setting && setting.value.trim() !== '' ? setting : undefined
}

/** A variable that is not empty, with its name. */
export interface NamedSetting {
  readonly name: string
  readonly setting: Setting
}

/** Those of the variables that are not empty. */
export function settingsOf(facts: ApplicationFacts, names: readonly string[]): NamedSetting[] {
  return names.flatMap(name => {
    const setting = settingOf(facts, name)
    return setting ? [{ name, setting }] : []
  })
}

/** The variable of all OTLP exporters and those of the single signals, as far as they are not empty. */
export function otlpSettings(facts: ApplicationFacts, name: 'ENDPOINT' | 'PROTOCOL' | 'HEADERS'): NamedSetting[] {
  return settingsOf(
    facts,
    ['', 'METRICS_', 'TRACES_', 'LOGS_'].map(signal => `OTEL_EXPORTER_OTLP_${signal}${name}`),
  )
}

/** The items of a list such as `otlp,console`. */
export function listOf(setting: Setting | undefined): readonly string[] {
  const items = setting?.value.split(',') ?? []
  return items.map(item => item.trim()).filter(item => item !== '')
}

/** The variable of a signal, else the one of all signals. */
export function exporterSetting(
  facts: ApplicationFacts,
  signal: 'METRICS' | 'TRACES' | 'LOGS',
  name: string,
): NamedSetting | undefined {
  return settingsOf(facts, [`OTEL_EXPORTER_OTLP_${signal}_${name}`, `OTEL_EXPORTER_OTLP_${name}`])[0]
}
