import type { Response, Rule } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { guardedP99Now, refusedCalls } from '../expressions.ts'

const SERVER = promName(attributes.serverAddress)

/** Fires while the circuit breaker of a service is open, whether it may refuse calls or not: so it ends when the service is back. */
export const breakerRules: readonly Rule[] = [
  {
    alert: 'GuardedServiceFails',
    expr: `${refusedCalls} > 0`,
    for: '10s',
    keepFiringFor: '1m',
    labels: { severity: 'medium' },
    annotations: {
      summary: `calls to {{ $labels.${SERVER} }} fail; its circuit breaker refuses {{ $value | printf "%.1f" }} per second, or would refuse`,
    },
  },
]

/**
 * Lets the breakers refuse calls. It is proven by a switchback over what callers wait; a breaker opens within seconds, so a minute per
 * block is enough. The breaker bounds the cost: it refuses calls only while the service fails, and one call tests the service after each
 * `halfOpenAfterMs`.
 */
export const breakerResponses: readonly Response[] = [
  {
    to: { alert: 'GuardedServiceFails' },
    action: 'http.openBreaker',
    priority: 'slo',
    expect: { expr: guardedP99Now, direction: 'down', worth: 0.2, settleMs: 30_000, windowMs: 60_000 },
    design: { kind: 'switchback', blockMs: 60_000, carryOverMs: 30_000 },
  },
]
