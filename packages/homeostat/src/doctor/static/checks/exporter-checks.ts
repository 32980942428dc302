import { backendOf } from '../../../examination/backend.ts'
import { CUMULATIVE_TO_DATADOG, DELTA_TO_PROMETHEUS, TEMPORALITY } from '../../temporality-faults.ts'
import type { ApplicationFacts, Setting } from '../application-facts.ts'
import type { StaticCheck } from '../static-check.ts'
import { exporterSetting, listOf, otlpSettings, settingOf } from '../otel-variables.ts'
import { sourceMark } from '../source-mark.ts'
import { addressOf, shownAddress, shownSetting } from '../shown-setting.ts'

const PROTOCOLS = ['grpc', 'http/protobuf', 'http/json']
const SIGNALS = ['METRICS', 'TRACES', 'LOGS'] as const
const TEMPORALITIES = ['cumulative', 'delta', 'lowmemory']

/** Addresses, protocols and temporality of the OTLP exporters. */
export const exporterChecks: readonly StaticCheck[] = [
  {
    id: 'endpoint-path-doubled',
    what: 'OTEL_EXPORTER_OTLP_ENDPOINT ends with the path of a signal.',
    why: 'The SDK appends /v1/metrics, /v1/traces and /v1/logs to this address, so it posts to /v1/metrics/v1/metrics and the collector answers 404.',
    fix: 'Give the address without the path, or use OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, to which nothing is appended.',
    find(facts) {
      const name = 'OTEL_EXPORTER_OTLP_ENDPOINT'
      const setting = settingOf(facts, name)
      const [path] = /\/v1\/(?:metrics|traces|logs)\/?$/.exec((setting && addressOf(setting)?.pathname) ?? '') ?? []
      if (!setting || path === undefined) return []
      if (exportersOf(facts, name).every(signal => protocolOf(facts, signal) === 'grpc')) return []
      return [
        {
          evidence: `${shownAddress(name, setting)} ends with ${path}`,
          fix: `${setting.from}: remove ${path} from ${name}`,
        },
      ]
    },
  },
  {
    id: 'endpoint-path-missing',
    what: 'The endpoint of one signal has no path.',
    why: 'The SDK posts to this address as it is, to `/`, where a collector does not listen.',
    fix: 'Append the path of the signal, or use OTEL_EXPORTER_OTLP_ENDPOINT, to which the SDK appends it.',
    find(facts) {
      return SIGNALS.flatMap(signal => {
        const name = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`
        const setting = settingOf(facts, name)
        if (!setting || addressOf(setting)?.pathname !== '/' || protocolOf(facts, signal) === 'grpc') return []
        return [
          {
            evidence: `${shownAddress(name, setting)} has no path`,
            fix: `${setting.from}: append /v1/${signal.toLowerCase()} to ${name}`,
          },
        ]
      })
    },
  },
  {
    id: 'endpoint-port',
    what: 'The port of the endpoint is the one of the other protocol.',
    why: 'By convention, collectors take gRPC at 4317 and HTTP at 4318. HTTP at the gRPC port fails with a reset connection or a parse error at each export.',
    fix: 'Change the port or the protocol. The default protocol of the JavaScript SDK is http/protobuf.',
    find(facts) {
      const seen = new Set<string>()
      return SIGNALS.flatMap(signal => {
        const endpoint = exporterSetting(facts, signal, 'ENDPOINT')
        const url = endpoint && addressOf(endpoint.setting)
        if (!endpoint || !url || seen.has(endpoint.name)) return []
        const protocol = protocolOf(facts, signal)
        const wrong = protocol === 'grpc' ? '4318' : '4317'
        if (url.port !== wrong) return []
        seen.add(endpoint.name)
        return [
          {
            evidence: `${shownAddress(endpoint.name, endpoint.setting)} with protocol ${protocol}`,
            fix: `${endpoint.setting.from}: use port ${wrong === '4317' ? '4318' : '4317'} in ${endpoint.name}, or set OTEL_EXPORTER_OTLP_${signal}_PROTOCOL=${wrong === '4317' ? 'grpc' : 'http/protobuf'}`,
          },
        ]
      })
    },
  },
  {
    id: 'endpoint-not-an-address',
    what: 'An OTLP endpoint does not begin with http:// or https://.',
    why: 'The SDK cannot use it. It falls back to http://localhost:4318 or fails at each export.',
    fix: 'Write the scheme: http://collector:4318.',
    find(facts) {
      return otlpSettings(facts, 'ENDPOINT').flatMap(({ name, setting }) => {
        if (addressOf(setting) || setting.value.includes('$')) return []
        // The gRPC exporter takes host:port as well.
        if (exportersOf(facts, name).every(signal => protocolOf(facts, signal) === 'grpc')) return []
        return [
          {
            evidence: `${name} in ${setting.from} has no scheme (its value is not shown)`,
            fix: `${setting.from}: begin ${name} with http:// or https://`,
          },
        ]
      })
    },
  },
  {
    id: 'protocol-unknown',
    what: 'An OTLP protocol is not one of grpc, http/protobuf and http/json.',
    why: 'The SDK warns in its diagnostic log only and uses http/protobuf.',
    fix: 'Use grpc, http/protobuf or http/json.',
    find(facts) {
      return otlpSettings(facts, 'PROTOCOL')
        .filter(({ setting }) => !PROTOCOLS.includes(setting.value.trim()))
        .map(({ name, setting }) => ({
          evidence: shownSetting(name, setting, PROTOCOLS),
          fix: `${setting.from}: ${name}=http/protobuf`,
        }))
    },
  },
  {
    id: 'headers-not-valid',
    what: 'OTLP headers are not a list of key=value pairs.',
    why: 'The SDK drops a pair without an equals sign and logs nothing. The backend then refuses the export because the key is missing.',
    fix: 'Write key=value, not `key: value`, with commas between pairs.',
    find(facts) {
      return otlpSettings(facts, 'HEADERS').flatMap(({ name, setting }) => {
        const bad = listOf(setting).findIndex(pair => !/^[^=]+=/.test(pair) || /^[\w-]+\s*:\s/.test(pair))
        if (bad === -1) return []
        return [
          {
            evidence: `pair ${bad + 1} of ${name} in ${setting.from} is not key=value (its value is not shown)`,
            fix: `${setting.from}: ${name}=key=value`,
          },
        ]
      })
    },
  },
  {
    id: 'temporality-unknown',
    what: `${TEMPORALITY} is not one of cumulative, delta and lowmemory.`,
    why: 'The SDK warns in its diagnostic log only and exports cumulative values.',
    fix: 'Use cumulative, delta or lowmemory.',
    find(facts) {
      const setting = settingOf(facts, TEMPORALITY)
      if (!setting || TEMPORALITIES.includes(setting.value.trim().toLowerCase())) return []
      return [
        {
          evidence: shownSetting(TEMPORALITY, setting, TEMPORALITIES),
          fix: `${setting.from}: ${TEMPORALITY}=cumulative`,
        },
      ]
    },
  },
  {
    id: 'delta-to-prometheus',
    what: 'Delta metrics are sent to Prometheus.',
    ...DELTA_TO_PROMETHEUS,
    find(facts) {
      const endpoint = exporterSetting(facts, 'METRICS', 'ENDPOINT')
      const temporality = settingOf(facts, TEMPORALITY)
      const url = endpoint && addressOf(endpoint.setting)
      if (!endpoint || !temporality || !url || !['delta', 'lowmemory'].includes(temporalityOf(temporality))) return []
      if (backendOf(url) !== 'prometheus') return []
      return [
        {
          evidence: `${TEMPORALITY}=${temporalityOf(temporality)} in ${temporality.from}, and ${shownAddress(endpoint.name, endpoint.setting)} is Prometheus`,
          fix: `${temporality.from}: ${TEMPORALITY}=cumulative`,
        },
      ]
    },
  },
  {
    id: 'cumulative-to-datadog',
    what: 'Cumulative metrics are sent to the OTLP intake of Datadog.',
    ...CUMULATIVE_TO_DATADOG,
    find(facts) {
      const endpoint = exporterSetting(facts, 'METRICS', 'ENDPOINT')
      const url = endpoint && addressOf(endpoint.setting)
      if (!endpoint || !url || backendOf(url) !== 'datadog') return []
      const temporality = settingOf(facts, TEMPORALITY)
      if (temporality && temporalityOf(temporality) === 'delta') return []
      if (sourceMark(facts, 'temporality')) return []
      const { from } = temporality ?? endpoint.setting
      return [
        {
          evidence: `${shownAddress(endpoint.name, endpoint.setting)}, and ${TEMPORALITY} is ${temporality ? 'not delta' : 'not set'}`,
          fix: `${from}: ${TEMPORALITY}=delta`,
        },
      ]
    },
  },
  {
    id: 'prometheus-port-taken',
    what: 'The Prometheus exporter and the application use the same port.',
    why: 'The one that listens second fails with EADDRINUSE.',
    fix: 'Give the exporter a port of its own; its default is 9464.',
    find(facts) {
      const name = 'OTEL_EXPORTER_PROMETHEUS_PORT'
      const [own, port] = [settingOf(facts, name), settingOf(facts, 'PORT')]
      if (!own || !port || Number(own.value) !== Number(port.value)) return []
      if (!listOf(settingOf(facts, 'OTEL_METRICS_EXPORTER')).includes('prometheus') && !hasPrometheus(facts)) return []
      return [
        {
          evidence: `${shownSetting(name, own, [])}, ${shownSetting('PORT', port, [])}`,
          fix: `${own.from}: ${name}=9464`,
        },
      ]
    },
  },
]

/** The signals whose exporters use the variable of an endpoint: the general one serves those that have none of their own. */
function exportersOf(facts: ApplicationFacts, name: string): readonly (typeof SIGNALS)[number][] {
  return SIGNALS.filter(signal => exporterSetting(facts, signal, 'ENDPOINT')?.name === name)
}

function protocolOf(facts: ApplicationFacts, signal: (typeof SIGNALS)[number]): string {
  const protocol = exporterSetting(facts, signal, 'PROTOCOL')?.setting.value.trim()
  return protocol !== undefined && PROTOCOLS.includes(protocol) ? protocol : 'http/protobuf'
}

function temporalityOf(setting: Setting): string {
  return setting.value.trim().toLowerCase()
}

function hasPrometheus(facts: ApplicationFacts): boolean {
  return sourceMark(facts, 'PrometheusExporter') !== undefined
}
