import type { Rule } from '@homeostat/optimizer'

/** PromQL of the slow statements of the last minute, by database. */
export const slowStatements = 'sum by (db_namespace) (increase(homeostat_db_slow_queries_total[1m]))'

export const slowQueries: Rule = {
  alert: 'SlowQueries',
  expr: `${slowStatements} > 10`,
  keepFiringFor: '1m',
  labels: { severity: 'medium' },
  annotations: {
    summary: '{{ $value }} slow statements in {{ $labels.db_namespace }} within a minute',
  },
}

export const poolExhausted: Rule = {
  alert: 'PoolExhausted',
  expr: 'sum by (db_client_connection_pool_name) (db_client_connection_pending_requests) > 0',
  for: '30s',
  labels: { severity: 'medium' },
  annotations: {
    summary:
      '{{ $value }} requests have waited for a connection of {{ $labels.db_client_connection_pool_name }} for 30 s',
  },
}

export const rules: readonly Rule[] = [slowQueries, poolExhausted]
