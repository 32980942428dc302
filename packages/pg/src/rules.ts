import type { Rule } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import {
  heldAnswers,
  leakedConnections,
  lockWaits,
  pendingAnywhere,
  repeatedTime,
  repeatingRequests,
  slowStatements,
} from './expressions.ts'

const DATABASE = promName(attributes.dbNamespace)
const POOL = promName(attributes.dbPoolName)
const HOLDER = promName(attributes.dbHolder)
const SUMMARY = promName(attributes.dbQuerySummary)

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

/**
 * Fires when requests of a route, or runs of a job, send one statement again and again, as for each row of another one, and spend more than 20 ms each
 * in it. Each of these statements may be fast.
 */
export const statementsRepeated: Rule = {
  alert: 'StatementsRepeated',
  expr: `${repeatingRequests} > 5 and ${repeatedTime} > 0.02`,
  for: '1m',
  keepFiringFor: '5m',
  labels: { severity: 'low' },
  annotations: {
    summary: `{{ $labels.${HOLDER} }} sends {{ $labels.${SUMMARY} }} ten times and more: in {{ $value | printf "%.0f" }} of the requests that were followed within 5 minutes`,
  },
}

/** Fires when answers of a database wait for the event loop: statements look slow, and the database is not. */
export const answersHeld: Rule = {
  alert: 'AnswersHeld',
  expr: `${heldAnswers} > 10`,
  for: '30s',
  keepFiringFor: '1m',
  labels: { severity: 'medium' },
  annotations: {
    summary: `{{ $value | printf "%.0f" }} statements in {{ $labels.${DATABASE} }} were slow within a minute because the event loop was held, not the database`,
  },
}

/** Fires when sessions were seen waiting for locks again and again, however few statements that makes slow. */
export const locksHeld: Rule = {
  alert: 'LocksHeld',
  expr: `${lockWaits} > 2`,
  for: '10s',
  keepFiringFor: '1m',
  labels: { severity: 'medium' },
  annotations: {
    summary: `{{ $value | printf "%.0f" }} sessions in {{ $labels.${DATABASE} }} waited for a lock of another session, as seen within 5 minutes`,
  },
}

/** Fires when requests have waited for a connection of a pool for 30 s. */
export const poolExhausted: Rule = {
  alert: 'PoolExhausted',
  expr: `${pendingAnywhere} > 0`,
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
export const rules: readonly Rule[] = [
  slowQueries,
  statementsRepeated,
  answersHeld,
  locksHeld,
  poolExhausted,
  connectionsLeaked,
]
