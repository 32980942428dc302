// Requests that the process serves, and those that load shedding refuses.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

const SEMCONV = 'OpenTelemetry semantic conventions 1.45'

export const httpServerDuration: MetricDefinition = {
  name: 'http.server.request.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Duration of HTTP server requests.',
  attributes: [a.httpRequestMethod, a.urlScheme, a.httpRoute, a.httpResponseStatusCode, a.errorType],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  upstream: SEMCONV,
}

export const httpServerActive: MetricDefinition = {
  name: 'http.server.active_requests',
  kind: 'upDownCounter',
  unit: '{request}',
  description: 'Number of active HTTP server requests.',
  attributes: [a.httpRequestMethod, a.urlScheme],
  upstream: SEMCONV,
}

export const httpServerSent: MetricDefinition = {
  name: 'homeostat.http.server.sent',
  kind: 'counter',
  unit: 'By',
  description:
    'Bytes of responses written to connections, headers included, by whether their content is or could be compressed',
  attributes: [a.httpRoute, a.httpContentKind],
}

export const httpServerLoopTime: MetricDefinition = {
  name: 'homeostat.http.server.loop.time',
  kind: 'counter',
  unit: 's',
  description:
    'Time for which requests held the event loop when they began, until the next request or the end of the turn',
  attributes: [a.httpRoute],
}

export const httpShedRequests: MetricDefinition = {
  name: 'homeostat.http.shed.requests',
  kind: 'counter',
  unit: '{request}',
  description: 'Requests that load shedding refused, or would have refused in mode act',
  attributes: [a.httpRoute, a.httpShedReason, a.httpShedPriority, a.httpShedOutcome],
}

export const httpShedActive: MetricDefinition = {
  name: 'homeostat.http.shed.active',
  kind: 'gauge',
  unit: '1',
  description: 'Whether the process is overloaded now, 1 or 0',
  attributes: [],
}

export const httpShedLimit: MetricDefinition = {
  name: 'homeostat.http.shed.limit',
  kind: 'gauge',
  unit: '{request}',
  description: 'How many requests may be in flight now; no series without a limit',
  attributes: [],
}
