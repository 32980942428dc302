import { createRequire } from 'node:module'
import { attributes, metrics } from '@homeostat/semconv'
import type { Registry } from '@homeostat/signals'
import type { Pool } from 'pg'
import { inFlight } from '../in-flight.ts'
import type { Setup, Work } from '../measurement.ts'
import { measureAll, readTask } from '../measurement.ts'
import { PostgresStub } from '../transports/postgres-stub.ts'

// Loaded by require, and after the instrumentation: so the peer needs no loader flag.
const require = createRequire(import.meta.url)

const IN_FLIGHT = 10
const DATABASE = 'bench'

const variants: Record<string, () => Promise<Setup>> = {
  bare: async () => ({}),

  ours: async () => {
    const { PgInstrumentation } = await import('@homeostat/pg')
    const instrumentation = new PgInstrumentation()
    instrumentation.registry.producer()
    instrumentation.enable()
    return { hasMeasured: () => hasPoints(instrumentation.registry) }
  },

  'ours-meter': async () => {
    const { PgInstrumentation } = await import('@homeostat/pg')
    const { createMeterProvider } = await import('./metrics-sdk.ts')
    const instrumentation = new PgInstrumentation()
    instrumentation.setMeterProvider(createMeterProvider())
    instrumentation.enable()
    return { hasMeasured: () => hasPoints(instrumentation.registry) }
  },

  peer: async () => {
    const { PgInstrumentation } = await import('@opentelemetry/instrumentation-pg')
    const { isWrapped } = await import('@opentelemetry/instrumentation')
    const { startPeer } = await import('./peer-sdk.ts')
    const within = startPeer(new PgInstrumentation())
    return { within, hasMeasured: () => isWrapped(require('pg').Client.prototype.query) }
  },

  naive: async () => {
    const { createMeterProvider } = await import('./metrics-sdk.ts')
    const { name, unit, buckets = [] } = metrics.dbOperationDuration
    const advice = { explicitBucketBoundaries: [...buckets] }
    const durations = createMeterProvider().getMeter('bench').createHistogram(name, { unit, advice })
    const startOf = Symbol('start')
    interface Query {
      [startOf]?: number
      submit(connection: unknown): unknown
      handleReadyForQuery(connection: unknown): void
    }
    const { prototype } = require('pg/lib/query') as { prototype: Query }
    const { submit, handleReadyForQuery } = prototype
    prototype.submit = function submitTimed(connection) {
      this[startOf] = performance.now()
      return submit.call(this, connection)
    }
    prototype.handleReadyForQuery = function handleReadyForQueryTimed(connection) {
      const seconds = (performance.now() - (this[startOf] ?? 0)) / 1000
      durations.record(seconds, { [attributes.dbSystemName]: 'postgresql', [attributes.dbNamespace]: DATABASE })
      return handleReadyForQuery.call(this, connection)
    }
    return {}
  },
}

function hasPoints(registry: Registry): boolean {
  const metric = registry
    .collect()
    .metrics.find(({ descriptor }) => descriptor.name === metrics.dbOperationDuration.name)
  return metric !== undefined && metric.dataPoints.length > 0
}

function worksOf(pool: Pool): Record<string, Work> {
  return {
    simple: operations => inFlight(IN_FLIGHT, operations, () => pool.query('SELECT id, name FROM product LIMIT 1')),
    params: operations =>
      inFlight(IN_FLIGHT, operations, i => pool.query('SELECT id, name FROM product WHERE id = $1', [i % 100])),
  }
}

const task = readTask()
const setup = await variants[task.variant]!()
const { within = work => work() } = setup
const { Pool: PoolClass } = require('pg') as typeof import('pg')
const options = {
  host: '127.0.0.1',
  user: DATABASE,
  database: DATABASE,
  max: IN_FLIGHT,
  stream: () => new PostgresStub(),
}
const pool = new PoolClass(options as never)
const works = worksOf(pool)
await measureAll(task, path => ({ work: operations => within(() => works[path]!(operations)) }), setup)
