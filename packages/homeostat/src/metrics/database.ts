import {
  connectionLimit,
  idleConnections,
  operationP95,
  pendingRequests,
  slowStatements,
  usedConnections,
} from '@homeostat/pg/expressions'
import { attributes, promName } from '@homeostat/semconv'
import type { DatabaseMetrics, PoolMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { by, first } from './query.ts'

const POOL = promName(attributes.dbPoolName)
const SLOW_QUERIES = `sum(${slowStatements})`
const POOLS = [usedConnections, idleConnections, pendingRequests, connectionLimit]

export const databaseExprs: readonly string[] = [SLOW_QUERIES, operationP95, ...POOLS]

export function databaseMetrics(query: Query): DatabaseMetrics {
  const p95 = first(query(operationP95))
  return {
    // No statement has ever been slow: there is no such series yet.
    slowQueries: Math.round(first(query(SLOW_QUERIES)) ?? 0),
    operationP95Ms: p95 === undefined ? undefined : p95 * 1000,
    pools: pools(query),
  }
}

function pools(query: Query): Record<string, PoolMetrics> {
  const [used, idle, pending, limit] = POOLS.map(expr => by(query(expr), POOL))
  return Object.fromEntries(
    Object.keys(limit ?? {}).map(name => [
      name,
      { used: used?.[name] ?? 0, idle: idle?.[name] ?? 0, pending: pending?.[name] ?? 0, limit: limit?.[name] ?? 0 },
    ]),
  )
}
