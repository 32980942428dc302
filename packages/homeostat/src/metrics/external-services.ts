import { serviceP95 } from '@homeostat/forecast/domain'
import { attributes, promName, upstreamMetrics } from '@homeostat/semconv'
import type { ExternalServiceMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { by } from './query.ts'

const SERVER = promName(attributes.serverAddress)
const DURATION = promName(upstreamMetrics.httpClientRequestDuration)
// Foreign series arrive with the application's export, each minute by default: five minutes hold several of them.
const REQUESTS = `sum by (${SERVER}) (rate(${DURATION}_count[5m]))`
// An answer of 4xx is an error of ours in the request, not of the service.
const FAILED = `${promName(attributes.errorType)}!="", ${promName(attributes.httpResponseStatusCode)}!~"4.."`
const ERRORS = `sum by (${SERVER}) (rate(${DURATION}_count{${FAILED}}[5m]))`

export const externalServiceExprs: readonly string[] = [REQUESTS, serviceP95, ERRORS]

export function externalServiceMetrics(query: Query): ExternalServiceMetrics {
  const p95 = by(query(serviceP95), SERVER)
  const errors = by(query(ERRORS), SERVER)
  return Object.fromEntries(
    Object.entries(by(query(REQUESTS), SERVER)).map(([server, requestsPerSecond]) => {
      const seconds = p95[server]
      return [
        server,
        {
          requestsPerSecond,
          p95Ms: seconds === undefined ? undefined : seconds * 1000,
          errorRate: requestsPerSecond > 0 ? (errors[server] ?? 0) / requestsPerSecond : undefined,
        },
      ]
    }),
  )
}
