import type { DatabaseMetrics, PoolMetrics } from '../performance-metrics.ts'
import type { Query } from '../query.ts'
import { by, first } from '../query.ts'

const SLOW_QUERIES = 'sum(increase(homeostat_db_slow_queries_total[1m]))'
const P95 = 'histogram_quantile(0.95, sum by (le) (rate(db_client_operation_duration_seconds_bucket[1m])))'
const POOL = 'db_client_connection_pool_name'
const USED = `sum by (${POOL}) (db_client_connection_count{db_client_connection_state="used"})`
const IDLE = `sum by (${POOL}) (db_client_connection_count{db_client_connection_state="idle"})`
const PENDING = `sum by (${POOL}) (db_client_connection_pending_requests)`
const LIMIT = `sum by (${POOL}) (db_client_connection_limit)`

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
