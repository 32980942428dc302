import { describeAction, describeInstrumentation } from '@homeostat/conformance'
import { metrics } from '@homeostat/semconv'
import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { createQueryOptimize, type QueryOptimizeOptions } from '../src/domain.ts'
import { PgInstrumentation } from '../src/index.ts'

let db: Postgres
beforeAll(async () => void (db = await startPostgres()))
afterAll(() => db.stop())

let pool: pg.Pool | undefined
const openPool = (options: pg.PoolConfig = {}): pg.Pool =>
  (pool ??= new pg.Pool({ connectionString: db.url, ...options }).on('error', () => {}))
const closePool = async (): Promise<void> => {
  await pool?.end()
  pool = undefined
}

describeInstrumentation('PgInstrumentation', {
  create: () => new PgInstrumentation({ slowQueryThresholdMs: 0 }),
  exercise: async () => {
    await openPool().query('SELECT relname FROM pg_class WHERE relname = $1', ['pg_class'])
    await openPool()
      .query('SELECT 1 / 0')
      .catch(() => {})
  },
  metrics: [
    metrics.dbOperationDuration,
    metrics.dbSlowQueries,
    metrics.retainedSize,
    metrics.retainedEvictions,
    metrics.dbConnectionCount,
    metrics.dbConnectionPending,
    metrics.dbConnectionLimit,
    metrics.dbConnectionWaitTime,
    metrics.dbConnectionUseTime,
    metrics.dbConnectionCreateTime,
    metrics.dbConnectionTimeouts,
    metrics.dbConnectionHeld,
    metrics.dbConnectionLeaked,
  ],
  patched: () => [
    pg.Client.prototype.query,
    pg.Query.prototype.submit,
    ...['handleReadyForQuery', 'handleError'].map(name => pg.Query.prototype[name as keyof pg.Query]),
    ...['connect', 'newClient', '_acquireClient', '_release'].map(
      name => (Object.getPrototypeOf(pg.Pool) as typeof pg.Pool).prototype[name as 'connect'],
    ),
  ],
  close: closePool,
})

let explained = 0
/** Counts the statements that are explained, whoever does it. */
class CountingClient extends pg.Client {
  override query(...args: unknown[]): never {
    const text = (args[0] as { text?: string }).text ?? ''
    if (text.startsWith('EXPLAIN (FORMAT JSON, VERBOSE)')) explained++
    return super.query(...(args as [string])) as never
  }
}

let instrumentation: PgInstrumentation
describeAction<QueryOptimizeOptions>('query.optimize', {
  prepare: async () => {
    instrumentation = new PgInstrumentation({ slowQueryThresholdMs: 0 })
    instrumentation.enable()
    explained = 0
    const queries = openPool({ Client: CountingClient })
    await queries.query('SELECT relname FROM pg_class WHERE relname = $1', ['pg_class'])
    await queries.query('SELECT count(*) FROM pg_attribute')
  },
  create: () => createQueryOptimize(instrumentation),
  effect: () => Promise.resolve(explained),
  counts: 'plans',
  close: async () => {
    instrumentation.disable()
    await closePool()
  },
})
