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

export const dbHeldAnswers: MetricDefinition = {
  name: 'homeostat.db.held_answers',
  kind: 'counter',
  unit: '{query}',
  description:
    'Statements that were slow for the application alone, because the event loop was held when they were answered',
  attributes: [a.dbSystemName, a.dbNamespace],
}

export const dbLockWaits: MetricDefinition = {
  name: 'homeostat.db.lock_waits',
  kind: 'counter',
  unit: '{session}',
  description: 'Sessions of the database that waited for a lock, counted at each look while a statement was slow',
  attributes: [a.dbSystemName, a.dbNamespace],
}

export const dbRepeatedDuration: MetricDefinition = {
  name: 'homeostat.db.repeated_statements.duration',
  kind: 'histogram',
  unit: 's',
  description:
    'Time of one request or job in a statement that it sent ten times or more; one of them is followed at a time',
  attributes: [a.dbSystemName, a.dbQuerySummary, a.dbHolder],
  buckets: [0.01, 0.02, 0.05, 0.1, 0.5, 1],
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

/** As the semantic conventions advise them. */
const CONNECTION_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300]

export const dbConnectionWaitTime: MetricDefinition = {
  name: 'db.client.connection.wait_time',
  kind: 'histogram',
  unit: 's',
  description: 'The time it took to obtain an open connection from the pool.',
  attributes: [a.dbPoolName],
  buckets: CONNECTION_BUCKETS,
  upstream: SEMCONV,
}

export const dbConnectionUseTime: MetricDefinition = {
  name: 'db.client.connection.use_time',
  kind: 'histogram',
  unit: 's',
  description: 'The time between borrowing a connection and returning it to the pool.',
  attributes: [a.dbPoolName],
  buckets: CONNECTION_BUCKETS,
  upstream: SEMCONV,
}

export const dbConnectionCreateTime: MetricDefinition = {
  name: 'db.client.connection.create_time',
  kind: 'histogram',
  unit: 's',
  description: 'The time it took to create a new connection.',
  attributes: [a.dbPoolName],
  buckets: CONNECTION_BUCKETS,
  upstream: SEMCONV,
}

export const dbConnectionTimeouts: MetricDefinition = {
  name: 'db.client.connection.timeouts',
  kind: 'counter',
  unit: '{timeout}',
  description: 'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
  attributes: [a.dbPoolName],
  upstream: SEMCONV,
}

export const dbConnectionHeld: MetricDefinition = {
  name: 'homeostat.db.connection.held',
  kind: 'counter',
  unit: 's',
  description: 'Time for which connections were held, by the job or the route that held them',
  attributes: [a.dbPoolName, a.dbHolder],
}

export const dbConnectionLeaked: MetricDefinition = {
  name: 'homeostat.db.connection.leaked',
  kind: 'upDownCounter',
  unit: '{connection}',
  description: 'Connections that are checked out and have been silent for so long that they count as leaked',
  attributes: [a.dbPoolName],
}

export const dbPoolBusy: MetricDefinition = {
  name: 'homeostat.db.pool.busy',
  kind: 'gauge',
  unit: '{connection}',
  description: "Connections in use on average over the last minute, by Little's law",
  attributes: [a.dbPoolName],
}

export const dbPoolNeeded: MetricDefinition = {
  name: 'homeostat.db.pool.needed',
  kind: 'gauge',
  unit: '{connection}',
  description: 'Connections with which one call in a hundred waits longer than a connection is held on average',
  attributes: [a.dbPoolName],
}

export const dbPoolSaturation: MetricDefinition = {
  name: 'homeostat.db.pool.saturation',
  kind: 'gauge',
  unit: 's',
  description:
    'Time until all connections of the pool are in use, if their use goes on to rise; absent while it does not',
  attributes: [a.dbPoolName],
}
