import type { Response, Rule } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { pendingRequests, servicesDegraded, servicesDown } from '../expressions.ts'

const SERVER = promName(attributes.serverAddress)
const PORT = promName(attributes.serverPort)
const SERVICE = `{{ $labels.${SERVER} }}:{{ $labels.${PORT} }}`

/** The alerts about services that the application calls. The states have hysteresis of their own, so the rules need little. */
export const serviceRules: readonly Rule[] = [
  {
    alert: 'ExternalServiceDown',
    expr: servicesDown,
    keepFiringFor: '30s',
    labels: { severity: 'high' },
    annotations: { summary: `${SERVICE} is down: at least half of the requests to it fail, or none is answered` },
  },
  {
    alert: 'ExternalServiceDegraded',
    expr: servicesDegraded,
    for: '30s',
    keepFiringFor: '30s',
    labels: { severity: 'medium' },
    annotations: {
      summary: `${SERVICE} is degraded: at least a tenth of the requests to it fail, or it answers ten times slower than usual`,
    },
  },
  {
    alert: 'ExternalServiceQueue',
    expr: `${pendingRequests} > 0`,
    for: '30s',
    labels: { severity: 'medium' },
    annotations: {
      summary: `{{ $value | printf "%.0f" }} requests to ${SERVICE} have waited for a connection for 30 s`,
    },
  },
]

/** Each of them is explained: why requests fail or wait, and what to do. */
export const serviceResponses: readonly Response[] = serviceRules.map(rule => ({
  to: { alert: 'alert' in rule ? rule.alert : '' },
  action: 'http.explainService',
  priority: 'efficiency',
  cooldownMs: 300_000,
}))
