import { attributes, metrics, promAnywhere, promName, promScope } from '@homeostat/semconv'

const SCOPE = promScope('@homeostat/pg')
const DATABASE = promName(attributes.dbNamespace)
const POOL = promName(attributes.dbPoolName)
const HOLDER = promName(attributes.dbHolder)
const SUMMARY = promName(attributes.dbQuerySummary)
const STATE = promName(attributes.dbConnectionState)
const CONNECTIONS = promName(metrics.dbConnectionCount)

/** PromQL of the slow statements of the last minute, by database. */
export const slowStatements: string = `sum by (${DATABASE}) (increase(${promName(metrics.dbSlowQueries)}[1m]))`

/** PromQL of the statements of the last minute that were slow for the application alone, by database. */
export const heldAnswers: string = `sum by (${DATABASE}) (increase(${promName(metrics.dbHeldAnswers)}[1m]))`

/** PromQL of the sessions that were seen waiting for locks within the last five minutes, by database. */
export const lockWaits: string = `sum by (${DATABASE}) (increase(${promName(metrics.dbLockWaits)}[5m]))`

const repeated = (part: 'count' | 'sum'): string =>
  `sum by (${HOLDER}, ${SUMMARY}) (increase(${promName(metrics.dbRepeatedDuration)}_${part}[5m]))`

/** PromQL of the requests of the last five minutes that were followed and repeated a statement, by route or job and statement. */
export const repeatingRequests: string = repeated('count')

/** PromQL of the seconds that one of these requests spends in the statement on average. */
export const repeatedTime: string = `${repeated('sum')} / ${repeatingRequests}`

/** PromQL of the 95th percentile of the durations of statements over the last minute, in seconds. */
export const operationP95: string = `histogram_quantile(0.95, sum by (le) (rate(${promName(metrics.dbOperationDuration)}_bucket{${SCOPE}}[1m])))`

/** PromQL of the connections in use, by pool. */
export const usedConnections: string = `sum by (${POOL}) (${CONNECTIONS}{${SCOPE}, ${STATE}="used"})`

/** PromQL of the idle connections, by pool. */
export const idleConnections: string = `sum by (${POOL}) (${CONNECTIONS}{${SCOPE}, ${STATE}="idle"})`

/** PromQL of the requests that wait for a connection, by pool. */
export const pendingRequests: string = pendingIn(SCOPE)

/** PromQL of the same, whichever instrumentation reports it. */
export const pendingAnywhere: string = promAnywhere('@homeostat/pg', pendingIn)

function pendingIn(scope: string): string {
  return `sum by (${POOL}) (${promName(metrics.dbConnectionPending)}{${scope}})`
}

/** PromQL of the connections that are checked out and silent for so long that they count as leaked, by pool. */
export const leakedConnections: string = `sum by (${POOL}) (${promName(metrics.dbConnectionLeaked)})`

/** PromQL of the most connections that a pool may open, by pool. */
export const connectionLimit: string = `sum by (${POOL}) (${promName(metrics.dbConnectionLimit)}{${SCOPE}})`

const ARM = promName(attributes.trialArm)
const byArm = (metric: string): string => `sum by (${ARM}) (rate(${metric}{${SCOPE}}[15s]))`

/** PromQL of the seconds that a read takes on average, by half of the requests, while a trial divides them. */
export const readTimeByArm: string = `${byArm(promName(metrics.replicaTrialDuration))} / ${byArm(promName(metrics.replicaTrialReads))}`
