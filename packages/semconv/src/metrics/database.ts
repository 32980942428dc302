// Databases and their connection pools.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

const SEMCONV = 'OpenTelemetry semantic conventions 1.45'

/** As the semantic conventions advise them. */
const DB_DURATION_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

export const dbOperationDuration: MetricDefinition = {
  name: 'db.client.operation.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Duration of database client operations.',
  attributes: [a.dbSystemName, a.dbNamespace, a.errorType],
  buckets: DB_DURATION_BUCKETS,
  upstream: SEMCONV,
}

export const dbSlowQueries: MetricDefinition = {
  name: 'homeostat.db.slow_queries',
  kind: 'counter',
  unit: '{query}',
  description: 'Statements that took longer than the threshold',
  attributes: [a.dbSystemName, a.dbNamespace, a.dbQuerySummary],
}

export const dbConnectionCount: MetricDefinition = {
  name: 'db.client.connection.count',
  kind: 'upDownCounter',
  unit: '{connection}',
  description: 'The number of connections that are currently in state described by the state attribute.',
  attributes: [a.dbPoolName, a.dbConnectionState],
  upstream: SEMCONV,
}

export const dbConnectionPending: MetricDefinition = {
  name: 'db.client.connection.pending_requests',
  kind: 'upDownCounter',
  unit: '{request}',
  description: 'The number of current pending requests for an open connection.',
  attributes: [a.dbPoolName],
  upstream: SEMCONV,
}

export const dbConnectionLimit: MetricDefinition = {
  name: 'db.client.connection.limit',
  kind: 'upDownCounter',
  unit: '{connection}',
  description: 'Most connections the pool may open',
  attributes: [a.dbPoolName],
  upstream: SEMCONV,
}
