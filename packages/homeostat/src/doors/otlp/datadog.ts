import { fieldOf, textIn, type Environment } from '@homeostat/signals/options'
import { DELTA } from '@homeostat/signals'
import type { OtlpDefaults } from './otlp-settings.ts'

/** Where dd-trace keeps what its copies share. */
const DATADOG = Symbol.for('dd-trace')
/** The Agent's receiver of OTLP/HTTP. Source: https://docs.datadoghq.com/opentelemetry/setup/otlp_ingest_in_the_agent/ */
const AGENT_PORT = 4318

/** Whether dd-trace runs in this process. */
export function hasDatadog(): boolean {
  return typeof fieldOf(globalThis, DATADOG) === 'object'
}

/**
 * Whether the provider is the one of dd-trace. It implements the API of OpenTelemetry anew: it has one reader, which nobody else can
 * use, and its histograms ignore the buckets that an instrument asks for.
 */
export function isDatadogProvider(provider: unknown): boolean {
  const reader = fieldOf(provider, 'reader')
  const callbacks = ['addBatchObservableCallback', 'removeBatchObservableCallback']
  return hasDatadog() && callbacks.every(name => typeof fieldOf(reader, name) === 'function')
}

/**
 * The defaults of dd-trace: deltas, every ten seconds, to the host of the Agent.
 * Source: `config/supported-configurations.json` and `config/index.js` of dd-trace 6.21.
 */
export function datadogDefaults(environment: Environment): OtlpDefaults {
  const address = textIn(environment, 'DD_TRACE_AGENT_URL')?.trim() ?? ''
  const url = URL.canParse(address) ? new URL(address) : undefined
  const named = textIn(environment, 'DD_AGENT_HOST')?.trim()
  const host = named !== undefined && named !== '' ? named : url?.hostname
  const agent = `http://${host !== undefined && host !== '' ? bracketed(host) : '127.0.0.1'}:${AGENT_PORT}/v1/metrics`
  return {
    ...(URL.canParse(agent) && { url: new URL(agent) }),
    intervalMs: 10_000,
    exportTimeoutMs: 7500,
    temporality: DELTA,
  }
}

/** An address of IP 6 stands in brackets in a URL. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
