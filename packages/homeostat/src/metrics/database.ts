import { attributes, metrics, promName, promScope } from '@homeostat/semconv'
import type { DatabaseMetrics, PoolMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { by, first } from './query.ts'

const POOL = promName(attributes.dbPoolName)
const STATE = promName(attributes.dbConnectionState)
const CONNECTIONS = promName(metrics.dbConnectionCount)
const SCOPE = promScope('@homeostat/pg')

const SLOW_QUERIES = `sum(increase(${promName(metrics.dbSlowQueries)}[1m]))`
const P95 = `histogram_quantile(0.95, sum by (le) (rate(${promName(metrics.dbOperationDuration)}_bucket{${SCOPE}}[1m])))`
const USED = `sum by (${POOL}) (${CONNECTIONS}{${SCOPE}, ${STATE}="used"})`
const IDLE = `sum by (${POOL}) (${CONNECTIONS}{${SCOPE}, ${STATE}="idle"})`
const PENDING = `sum by (${POOL}) (${promName(metrics.dbConnectionPending)}{${SCOPE}})`
const LIMIT = `sum by (${POOL}) (${promName(metrics.dbConnectionLimit)}{${SCOPE}})`

export const databaseExprs: readonly string[] = [SLOW_QUERIES, P95, USED, IDLE, PENDING, LIMIT]

export function databaseMetrics(query: Query): DatabaseMetrics {
  const p95 = first(query(P95))
  return {
    // No statement has ever been slow: there is no such series yet.
    slowQueries: Math.round(first(query(SLOW_QUERIES)) ?? 0),
    operationP95Ms: p95 === undefined ? undefined : p95 * 1000,
    pools: pools(query),
  }
}

function pools(query: Query): Record<string, PoolMetrics> {
  const [used, idle, pending, limit] = [USED, IDLE, PENDING, LIMIT].map(expr => by(query(expr), POOL))
  return Object.fromEntries(
    Object.keys(limit ?? {}).map(name => [
      name,
      { used: used?.[name] ?? 0, idle: idle?.[name] ?? 0, pending: pending?.[name] ?? 0, limit: limit?.[name] ?? 0 },
    ]),
  )
}
