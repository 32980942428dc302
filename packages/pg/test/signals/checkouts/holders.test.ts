import { startPostgres, type Postgres } from '@homeostat/services'
import { runAsWork, WorkUnit } from '@homeostat/signals'
import { context, createContextKey } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { RPCType, setRPCMetadata } from '@opentelemetry/core'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PgInstrumentation } from '../../../src/index.ts'
import { points } from '../../collected.ts'

let db: Postgres
let pool: pg.Pool
const instrumentation = new PgInstrumentation({ poolName: () => 'shop' })
beforeAll(async () => {
  db = await startPostgres()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  instrumentation.enable()
  pool = new pg.Pool({ connectionString: db.url, max: 4 })
})
afterAll(async () => {
  await pool.end()
  instrumentation.disable()
  context.disable()
  await db.stop()
})

const held = (): Record<string, unknown> =>
  Object.fromEntries(
    points(instrumentation, 'homeostat.db.connection.held').map(({ attributes, value }) => [
      attributes['homeostat.db.holder'],
      value,
    ]),
  )

it('names the job, the route, or nobody, for whom a connection is held, also if it has waited', async () => {
  const job = new WorkUnit({ workName: 'job invoice of mails' })
  const rpc: { type: RPCType.HTTP; span: never; route?: string } = { type: RPCType.HTTP, span: undefined as never }
  const asJob = await runAsWork(job, () => pool.connect())
  const asRoute = await context.with(setRPCMetadata(context.active(), rpc), () => pool.connect())
  const asNobody = await pool.connect()
  const last = await pool.connect()
  const waiting = runAsWork(job, () => pool.connect())
  await asJob.query('SELECT id FROM (SELECT 1 AS id) AS orders WHERE id = 4711')
  // Frameworks know the route only after the request has begun.
  rpc.route = '/orders/:id'
  const holders = instrumentation.holdings().map(({ holder, statement }) => ({ holder, statement }))
  expect(holders).toEqual([
    { holder: 'job invoice of mails', statement: expect.stringMatching(/^SELECT/) as string },
    { holder: 'route /orders/:id', statement: undefined },
    { holder: 'unknown', statement: undefined },
    { holder: 'unknown', statement: undefined },
  ])
  expect(JSON.stringify(instrumentation.holdings())).not.toContain('4711')

  asNobody.release()
  const second = await waiting
  expect(instrumentation.holdings().filter(({ holder }) => holder === 'job invoice of mails')).toHaveLength(2)
  for (const client of [asJob, asRoute, last, second]) client.release()
  expect(instrumentation.holdings()).toEqual([])
  expect(Object.keys(held()).toSorted()).toEqual(['job invoice of mails', 'route /orders/:id', 'unknown'])
})

it('holders without end share one series past the 50th', async () => {
  for (let i = 0; i < 60; i++)
    await runAsWork(new WorkUnit({ workName: `job ${i}` }), async () => void (await pool.query('SELECT 1')))
  expect(Object.keys(held())).toHaveLength(51)
  expect(held()['_OTHER']).toBeGreaterThan(0)
})

it('finds the key under which upstream keeps the route', () => {
  const key = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')
  const inside = setRPCMetadata(context.active(), { type: RPCType.HTTP, span: undefined as never, route: '/x' })
  expect(inside.getValue(key)).toMatchObject({ route: '/x' })
})
