// HTTP: the services that an application calls, its own requests, and the network below both.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

const SEMCONV = 'OpenTelemetry semantic conventions 1.45'

/** As the semantic conventions advise them. */
const HTTP_DURATION_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

/** What tells the services that an application calls apart. */
const ORIGIN = [a.serverAddress, a.serverPort, a.urlScheme] as const

export const httpClientRequestDuration: MetricDefinition = {
  name: 'http.client.request.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Duration of HTTP client requests.',
  attributes: [a.httpRequestMethod, a.serverAddress, a.serverPort, a.urlScheme, a.httpResponseStatusCode, a.errorType],
  buckets: HTTP_DURATION_BUCKETS,
  upstream: SEMCONV,
}

export const httpClientActiveRequests: MetricDefinition = {
  name: 'http.client.active_requests',
  kind: 'upDownCounter',
  unit: '{request}',
  description: 'Number of active HTTP requests.',
  attributes: ORIGIN,
  upstream: SEMCONV,
}

export const httpClientOpenConnections: MetricDefinition = {
  name: 'http.client.open_connections',
  kind: 'upDownCounter',
  unit: '{connection}',
  description: 'Number of outbound HTTP connections that are currently active or idle on the client.',
  attributes: [a.httpConnectionState, ...ORIGIN],
  upstream: SEMCONV,
}

export const dnsLookupDuration: MetricDefinition = {
  name: 'dns.lookup.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Measures the time taken to perform a DNS lookup.',
  attributes: [a.dnsQuestionName],
  buckets: HTTP_DURATION_BUCKETS,
  upstream: SEMCONV,
}

export const httpClientConnectDuration: MetricDefinition = {
  name: 'homeostat.http.client.connect.duration',
  kind: 'histogram',
  unit: 's',
  description: 'How long it took to open a connection to a service, with the lookup of its name and TLS',
  attributes: [...ORIGIN, a.errorType],
  buckets: HTTP_DURATION_BUCKETS,
}

export const httpClientQueueDuration: MetricDefinition = {
  name: 'homeostat.http.client.queue.duration',
  kind: 'histogram',
  unit: 's',
  description: 'How long requests to a service waited for a connection',
  attributes: ORIGIN,
  buckets: HTTP_DURATION_BUCKETS,
}

export const httpClientPendingRequests: MetricDefinition = {
  name: 'homeostat.http.client.pending_requests',
  kind: 'upDownCounter',
  unit: '{request}',
  description: 'Requests to a service that wait for a connection',
  attributes: ORIGIN,
}

export const httpClientConnectionLimit: MetricDefinition = {
  name: 'homeostat.http.client.connection.limit',
  kind: 'upDownCounter',
  unit: '{connection}',
  description: 'Most connections to a service that the agents of node:http which call it may open',
  attributes: ORIGIN,
}

export const httpClientFailures: MetricDefinition = {
  name: 'homeostat.http.client.failures',
  kind: 'counter',
  unit: '{request}',
  description: 'Requests to a service that failed, by class',
  attributes: [...ORIGIN, a.httpFailureClass],
}

export const httpClientRetries: MetricDefinition = {
  name: 'homeostat.http.client.retries',
  kind: 'counter',
  unit: '{request}',
  description: 'Requests to a service with the method and path of one that failed within 10 s before',
  attributes: ORIGIN,
}

export const httpClientHealth: MetricDefinition = {
  name: 'homeostat.http.client.health',
  kind: 'gauge',
  unit: '1',
  description: 'Whether a service is ok, degraded or down: 1 for its state, 0 for the others',
  attributes: [...ORIGIN, a.httpHealthState],
}

export const httpBreakerStatus: MetricDefinition = {
  name: 'homeostat.http.breaker.status',
  kind: 'gauge',
  unit: '1',
  description: 'The state of the circuit breaker of guarded calls: 1 for its state, 0 for the others',
  attributes: [...ORIGIN, a.httpBreakerState],
}

export const httpClientSlowdown: MetricDefinition = {
  name: 'homeostat.http.client.slowdown',
  kind: 'gauge',
  unit: '1',
  description: 'How many times as long as usual a service takes to answer, over 15 s',
  attributes: ORIGIN,
}

export const httpBreakerRefusals: MetricDefinition = {
  name: 'homeostat.http.breaker.refusals',
  kind: 'counter',
  unit: '{call}',
  description: 'Guarded calls that a circuit breaker refused (act), or would have refused if it might (shadow)',
  attributes: [...ORIGIN, a.trialArm],
}

export const httpBreakerNeedlessTime: MetricDefinition = {
  name: 'homeostat.http.breaker.needless_time',
  kind: 'counter',
  unit: 's',
  description: 'How long a circuit breaker refused calls until the next call that tested the service was answered',
  attributes: ORIGIN,
}

export const httpGuardedCalls: MetricDefinition = {
  name: 'homeostat.http.guarded.calls',
  kind: 'counter',
  unit: '{call}',
  description: 'Guarded calls that were made, by how they ended',
  attributes: [...ORIGIN, a.httpCallResult],
}

export const httpGuardedDuration: MetricDefinition = {
  name: 'homeostat.http.guarded.duration',
  kind: 'histogram',
  unit: 's',
  description: 'How long callers waited for a guarded call, refused ones included',
  attributes: ORIGIN,
  buckets: HTTP_DURATION_BUCKETS,
}
