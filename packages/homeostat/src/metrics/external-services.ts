import type { ExternalServiceMetrics } from '../performance-metrics.ts'
import type { Query } from '../query.ts'
import { by } from '../query.ts'

const DURATION = 'http_client_request_duration_seconds'
// Foreign series arrive with the application's export, each minute by default: five minutes hold several of them.
const REQUESTS = `sum by (server_address) (rate(${DURATION}_count[5m]))`
const P95 = `histogram_quantile(0.95, sum by (server_address, le) (rate(${DURATION}_bucket[5m])))`
const ERRORS = `sum by (server_address) (rate(${DURATION}_count{error_type!="", http_response_status_code!~"4.."}[5m]))`

export const externalServiceExprs: readonly string[] = [REQUESTS, P95, ERRORS]

export function externalServiceMetrics(query: Query): ExternalServiceMetrics {
  const p95 = by(query(P95), 'server_address')
  const errors = by(query(ERRORS), 'server_address')
  return Object.fromEntries(
    Object.entries(by(query(REQUESTS), 'server_address')).map(([server, requestsPerSecond]) => {
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
