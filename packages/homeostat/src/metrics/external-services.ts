import { serviceP95 } from '@homeostat/forecast/domain'
import { pendingRequests, servicesDegraded, servicesDown, servicesOk } from '@homeostat/http/expressions'
import { attributes, metrics, promForeignScope, promName, promScope } from '@homeostat/semconv'
import type { ExternalServiceHealth, ExternalServiceMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { by } from './query.ts'

const SERVER = promName(attributes.serverAddress)
const DURATION = promName(metrics.httpClientRequestDuration)
// What `@homeostat/http` measures, else what another instrumentation does: both measure the same requests.
const OWN = promScope('@homeostat/http')
const FOREIGN = promForeignScope('@homeostat/http')
// Foreign series arrive with the application's export, each minute by default: five minutes hold several of them.
const rateOf = (...matchers: string[]): string =>
  `sum by (${SERVER}) (rate(${DURATION}_count{${matchers.join(', ')}}[5m]))`
const REQUESTS = `${rateOf(OWN)} or ${rateOf(FOREIGN)}`
// An answer of 4xx is an error of ours in the request, not of the service.
const FAILED = `${promName(attributes.errorType)}!="", ${promName(attributes.httpResponseStatusCode)}!~"4.."`
const ERRORS = `${rateOf(OWN, FAILED)} or (${rateOf(FOREIGN, FAILED)} unless on (${SERVER}) ${rateOf(OWN)})`

const PENDING = `sum by (${SERVER}) (${pendingRequests})`

export const externalServiceExprs: readonly string[] = [
  REQUESTS,
  serviceP95,
  ERRORS,
  PENDING,
  servicesOk,
  servicesDegraded,
  servicesDown,
]

export function externalServiceMetrics(query: Query): ExternalServiceMetrics {
  const p95 = by(query(serviceP95), SERVER)
  const errors = by(query(ERRORS), SERVER)
  const pending = by(query(PENDING), SERVER)
  const [ok, degraded, down] = [servicesOk, servicesDegraded, servicesDown].map(expr => by(query(expr), SERVER))
  // A host with several ports is as its worst one.
  const healthOf = (server: string): ExternalServiceHealth['health'] =>
    down?.[server] === 1 ? 'down' : degraded?.[server] === 1 ? 'degraded' : ok?.[server] === 1 ? 'ok' : undefined
  return Object.fromEntries(
    Object.entries(by(query(REQUESTS), SERVER)).map(([server, requestsPerSecond]) => {
      const seconds = p95[server]
      return [
        server,
        {
          requestsPerSecond,
          p95Ms: seconds === undefined ? undefined : seconds * 1000,
          errorRate: requestsPerSecond > 0 ? (errors[server] ?? 0) / requestsPerSecond : undefined,
          health: healthOf(server),
          pendingRequests: pending[server],
        },
      ]
    }),
  )
}
