import type { Rule } from '@homeostat/optimizer'
import { attributes, metrics, promName, promScope } from '@homeostat/semconv'

const DATABASE = promName(attributes.dbNamespace)
const POOL = promName(attributes.dbPoolName)
const SLOW_QUERIES = promName(metrics.dbSlowQueries)
const PENDING_REQUESTS = `${promName(metrics.dbConnectionPending)}{${promScope('@homeostat/pg')}}`

/** PromQL of the slow statements of the last minute, by database. */
const slowStatements: string = `sum by (${DATABASE}) (increase(${SLOW_QUERIES}[1m]))`

/** Fires at more than ten slow statements of a database within a minute. */
export const slowQueries: Rule = {
  alert: 'SlowQueries',
  expr: `${slowStatements} > 10`,
  keepFiringFor: '1m',
  labels: { severity: 'medium' },
  annotations: {
    summary: `{{ $value | printf "%.0f" }} slow statements in {{ $labels.${DATABASE} }} within a minute`,
  },
}

/** Fires when requests have waited for a connection of a pool for 30 s. */
export const poolExhausted: Rule = {
  alert: 'PoolExhausted',
  expr: `sum by (${POOL}) (${PENDING_REQUESTS}) > 0`,
  for: '30s',
  labels: { severity: 'medium' },
  annotations: {
    summary: `{{ $value | printf "%.0f" }} requests have waited for a connection of {{ $labels.${POOL} }} for 30 s`,
  },
}

/** The rules of the pg domain. */
export const rules: readonly Rule[] = [slowQueries, poolExhausted]
