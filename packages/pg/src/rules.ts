import type { Rule } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { leakedConnections, pendingRequests, slowStatements } from './expressions.ts'

const DATABASE = promName(attributes.dbNamespace)
const POOL = promName(attributes.dbPoolName)

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
  expr: `${pendingRequests} > 0`,
  for: '30s',
  labels: { severity: 'medium' },
  annotations: {
    summary: `{{ $value | printf "%.0f" }} requests have waited for a connection of {{ $labels.${POOL} }} for 30 s`,
  },
}

/** Fires when a connection of a pool is checked out and nobody uses it or gives it back. */
export const connectionsLeaked: Rule = {
  alert: 'ConnectionsLeaked',
  expr: `${leakedConnections} > 0`,
  keepFiringFor: '1m',
  labels: { severity: 'high' },
  annotations: {
    summary: `{{ $value | printf "%.0f" }} connections of {{ $labels.${POOL} }} are checked out and silent, and are not given back`,
  },
}

/** The rules of the pg domain. */
export const rules: readonly Rule[] = [slowQueries, poolExhausted, connectionsLeaked]
