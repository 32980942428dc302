import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createIdleConnections } from '../../../src/domain.ts'
import { PgInstrumentation } from '../../../src/index.ts'
import { operations } from '../../collected.ts'
import { BALANCE, balanceOf, routedPool, untilRouted } from './routed.ts'
import { RoutedServers } from './routed-servers.ts'

const context = new RoutedServers()
let instrumentation: PgInstrumentation
beforeEach(() => (instrumentation = new PgInstrumentation()).enable())
afterEach(() => instrumentation.disable())

it('counts the statements of the application, and none that routing asks for itself', async () => {
  const pool = await routedPool(context.servers)
  await untilRouted(pool)
  const connectionsOnReplicas = 2
  const { ok: before = 0 } = operations(instrumentation)
  const positions = pool.routing.replicas.map(({ lagMs }) => lagMs)
  expect(positions).not.toContain(undefined)
  for (let read = 0; read < 20; read++) {
    await balanceOf(pool, 1)
    await new Promise(resolve => void setTimeout(resolve, 50))
  }
  // The first statement of a connection to a replica asks where it leads.
  const { ok: after = 0 } = operations(instrumentation)
  expect(after - before).toBeGreaterThanOrEqual(20)
  expect(after - before).toBeLessThanOrEqual(20 + connectionsOnReplicas)
  await pool.end()
})

it('idle connections of a routed pool and of its replicas are closed', async () => {
  const pool = await routedPool(context.servers)
  await untilRouted(pool)
  const clients = await Promise.all([1, 2, 3, 4].map(() => pool.connect()))
  for (const client of clients) client.release()
  await Promise.all(Array.from({ length: 12 }, () => balanceOf(pool, 1)))
  const idle = instrumentation.pools.map(({ idleCount }) => idleCount)
  expect(idle.filter(count => count > 1).length).toBe(3)
  const closing = createIdleConnections(instrumentation, { pauseMs: 1 })
  const run = async (): Promise<unknown> =>
    closing.reclaim({ now: Date.now(), signal: AbortSignal.timeout(20_000), sliceMs: 5 })
  await expect
    .poll(async () => [await run(), instrumentation.pools.map(({ idleCount }) => idleCount)], { timeout: 20_000 })
    .toEqual([{ summary: 'closed 0 idle connections of 0 pools', effects: { connections: 0 } }, [1, 1, 1]])
  expect(await balanceOf(pool, 1)).toBe(0)
  // Code of the application that hears of connections still keeps a pool open.
  pool.on('remove', () => {})
  const more = await Promise.all([pool.connect(), pool.connect()])
  for (const client of more) client.release()
  await Promise.all(Array.from({ length: 12 }, () => balanceOf(pool, 1)))
  expect(instrumentation.pools.filter(({ idleCount }) => idleCount > 1).length).toBe(3)
  const obstacle = expect.stringContaining('the application handles its events (remove)')
  expect(await run()).toMatchObject({ effects: { connections: 0 }, problems: [obstacle, obstacle, obstacle] })
  await pool.end()
})

it('has one connection of its own to the primary, and a second one only while it learns', async () => {
  // The pool of all tests has its own.
  await context.pool.end()
  const pool = await routedPool(context.servers)
  await untilRouted(pool)
  const admin = new pg.Client({ connectionString: context.servers.primary.url })
  await admin.connect()
  const own = async (): Promise<unknown[]> => {
    const text = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'homeostat'`
    return (await admin.query<{ n: number }>(text)).rows
  }
  expect(await pool.routing.classify('SELECT 1 + 2 AS three')).toBe('read')
  expect(await own()).toEqual([{ n: 2 }])
  await expect.poll(own, { timeout: 30_000, interval: 200 }).toEqual([{ n: 1 }])
  expect(await pool.routing.classify('SELECT 1 + 1 AS two')).toBe('read')
  await admin.end()
  await pool.end()
})

it('an error of a routed read leads to who awaits it, as in pg', async () => {
  const pool = await routedPool(context.servers)
  await untilRouted(pool)
  const reader = async (): Promise<unknown> => await pool.query(BALANCE, ['x'])
  const { routed } = pool.routing.counts
  const error = await reader().catch((thrown: Error) => thrown)
  expect(pool.routing.counts.routed).toBe(routed + 1)
  expect((error as Error).stack).toMatch(/invalid input syntax[\s\S]*reader.*routed-telemetry/)
  await pool.end()
})
