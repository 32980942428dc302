import { attributes, metrics, promName, promScope } from '@homeostat/semconv'

const SCOPE = promScope('@homeostat/http')
const SERVER = promName(attributes.serverAddress)
const DURATION = promName(metrics.httpClientRequestDuration)

/** PromQL of the 95th percentile of the duration of requests to each service over the last minute, in seconds. */
export const clientP95: string = `histogram_quantile(0.95, sum by (${SERVER}, le) (rate(${DURATION}_bucket{${SCOPE}}[1m])))`

const ARM = promName(attributes.trialArm)
const byArm = (metric: string): string => `sum by (${ARM}) (rate(${metric}[15s]))`
const TRIAL_PLAIN = byArm(promName(metrics.httpCompressionTrialPlain))

/** PromQL of the share of the bytes of bodies that is sent, by half of the requests, while a trial divides them. */
export const compressionShareByArm: string = `${byArm(promName(metrics.httpCompressionTrialSent))} / ${TRIAL_PLAIN}`

/** PromQL of the seconds that compression takes per byte of a body, by half of the requests, while a trial divides them. */
export const compressionTimeByArm: string = `${byArm(promName(metrics.httpCompressionTrialDuration))} / ${TRIAL_PLAIN}`

/** PromQL of the CPUs that compression keeps busy: 1 is one CPU. */
export const compressionUtilization: string = `sum(rate(${promName(metrics.httpCompressionDuration)}[1m]))`
const ANSWERS = promName(metrics.httpServerDuration)
const ROUTE = promName(attributes.httpRoute)
const RETRANSMITS = `sum(rate(${promName(metrics.networkRetransmits)}[1m]))`

/** PromQL of the 95th percentile of the duration of the requests that the process serves, by route, over the last minute, in seconds. */
export const serverP95: string = `histogram_quantile(0.95, sum by (${ROUTE}, le) (rate(${ANSWERS}_bucket{${SCOPE}}[1m])))`

/** PromQL of the share of the link that is used, per direction, 0 to 1. */
export const linkUtilization: string = `max by (${promName(attributes.networkIoDirection)}) (${promName(metrics.networkUtilization)})`

/** PromQL of the TCP segments that are sent per second, without those that are sent again. */
export const sentSegments: string = `sum(rate(${promName(metrics.networkSegments)}[1m]))`

/** PromQL of the share of the TCP segments that have to be sent again, 0 to 1. */
export const retransmittedShare: string = `${RETRANSMITS} / ${sentSegments}`

const MISSES = promName(metrics.httpWarmingMisses)

/**
 * PromQL of the requests of clients per second for content that the edge may keep, which reach this origin since the edge does not have it.
 *
 * @param range - a PromQL duration
 */
export function originMisses(range: string): string {
  return `sum(rate(${MISSES}[${range}]))`
}

/** PromQL that has a value once {@link originMisses} is known for a quarter of an hour: before that, nothing is usual. */
export const originMissesAreKnown: string = `sum(${MISSES} offset 15m)`

/** PromQL of {@link originMisses} per popular URL, by half of the URLs, while a trial divides them. */
export const originMissesByArm: string = `sum by (${ARM}) (rate(${promName(metrics.httpWarmingTrialMisses)}[30s])) / sum by (${ARM}) (${promName(metrics.httpWarmingTrialUrls)})`
const HEALTH = promName(metrics.httpClientHealth)
const STATE = promName(attributes.httpHealthState)
const PORT = promName(attributes.serverPort)

/** PromQL of 1 for each service that is neither degraded nor down. */
export const servicesOk: string = `max by (${SERVER}, ${PORT}) (${HEALTH}{${STATE}="ok"}) == 1`

/** PromQL of 1 for each service that is down. */
export const servicesDown: string = `max by (${SERVER}, ${PORT}) (${HEALTH}{${STATE}="down"}) == 1`

/** PromQL of 1 for each service that is degraded. */
export const servicesDegraded: string = `max by (${SERVER}, ${PORT}) (${HEALTH}{${STATE}="degraded"}) == 1`

/** PromQL of the requests to each service that wait for a connection. */
export const pendingRequests: string = `sum by (${SERVER}, ${PORT}) (${promName(metrics.httpClientPendingRequests)})`

/** PromQL of the calls per second to each service that its circuit breaker refuses, or would refuse if it might. */
export const refusedCalls: string = `sum by (${SERVER}) (rate(${promName(metrics.httpBreakerRefusals)}[1m]))`

/** PromQL of the 99th percentile of what callers wait for guarded calls to each service, over 15 s, in seconds. */
export const guardedP99Now: string = `histogram_quantile(0.99, sum by (${SERVER}, le) (rate(${promName(metrics.httpGuardedDuration)}_bucket[15s])))`

const byServer = (metric: string): string => `sum by (${SERVER}) (rate(${metric}[2m]))`

/** PromQL of the guarded calls to each service per second, over 2 min: those that were made, and those that its circuit breaker refused. */
export const guardedCalls: string = `${byServer(promName(metrics.httpGuardedCalls))} + ${byServer(`${promName(metrics.httpBreakerRefusals)}{${ARM}="act"}`)}`

/** PromQL of the share of the time, 0 to 1, in which the circuit breaker of a service refused calls that it would have answered; over 2 min. */
export const needlesslyRefusing: string = `max by (${SERVER}) (rate(${promName(metrics.httpBreakerNeedlessTime)}[2m]))`

/** PromQL of the requests per second that load shedding refuses, by route and reason, over the last 30 s. */
export const requestsRefused: string = `sum by (${ROUTE}, ${promName(attributes.httpShedReason)}) (rate(${promName(metrics.httpShedRequests)}{${promName(attributes.httpShedOutcome)}="refused"}[30s]))`
