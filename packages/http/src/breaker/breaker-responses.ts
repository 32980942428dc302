import type { Response, Rule } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { guardedCalls, guardedP99Now, needlesslyRefusing, refusedCalls } from '../expressions.ts'

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
 * What callers lose by a breaker: calls that the service would have answered. At a plain error rate a guard could not tell the breaker
 * from the outage, which is there already when the trial begins. When a service is back, its breaker stays open for up to `halfOpenAfterMs`: 10 s are
 * 8 % of 2 min, less than half of the margin, which no guard counts. A service that answers nearly half of its calls all the time costs more
 * than that, and reverts the trial. It is time that counts and not calls: whoever is refused at once comes back sooner than others.
 */
const goodCalls: NonNullable<Response['guards']> = [
  { expr: needlesslyRefusing, denominator: guardedCalls, notWorseThan: 0.2 },
]

/**
 * Lets the breakers refuse calls. It is proven by a switchback over what callers wait; a breaker opens within seconds, so a minute per
 * block is enough.
 */
export const breakerResponses: readonly Response[] = [
  {
    to: { alert: 'GuardedServiceFails' },
    action: 'http.openBreaker',
    priority: 'slo',
    expect: { expr: guardedP99Now, direction: 'down', worth: 0.2, settleMs: 30_000, windowMs: 60_000 },
    guards: goodCalls,
    design: { kind: 'switchback', blockMs: 60_000, carryOverMs: 30_000 },
  },
]
