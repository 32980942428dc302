import { CoordinatorUnavailableError, LeaseLostError } from '@homeostat/optimizer/engines'
import { startPostgres } from '@homeostat/services'
import { Pool } from 'pg'
import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import {
  createPostgresCoordinator,
  LEASE_TABLE,
  LeaseTableMissingError,
  pg,
  type PostgresCoordinator,
} from '../src/domain.ts'

const LONG_MS = 60_000
const postgres = await startPostgres()
const pools: Pool[] = []
const poolOf = (options: object): Pool => {
  const pool = new Pool({ connectionString: postgres.url, ...options })
  pool.on('error', () => {})
  pools.push(pool)
  return pool
}
const admin = poolOf({})

beforeEach(async () => {
  await admin.query('DROP TABLE IF EXISTS homeostat_lease, effects; CREATE TABLE effects (id int)')
})
afterAll(async () => {
  for (const pool of pools) await pool.end()
  await postgres.stop()
})

it('names the statement to run when the user may not create the table, and works as soon as it exists', async () => {
  await admin.query("CREATE ROLE app LOGIN PASSWORD 'app'; REVOKE CREATE ON SCHEMA public FROM public")
  const url = new URL(postgres.url)
  Object.assign(url, { username: 'app', password: 'app' })
  const coordinator = createPostgresCoordinator({ pool: poolOf({ connectionString: url.href }), service: 'shop' })
  const refused = await coordinator.acquire('knob/a', LONG_MS).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(LeaseTableMissingError)
  expect(refused).toMatchObject({ statement: LEASE_TABLE })
  await admin.query(LEASE_TABLE)
  await admin.query('GRANT SELECT, INSERT, UPDATE, DELETE ON homeostat_lease TO app')
  expect(await coordinator.acquire('knob/a', LONG_MS)).toBeDefined()
})

it('creates the table when all processes start at the same moment', async () => {
  await Promise.all(Array.from({ length: 8 }, () => admin.query('SELECT pg_sleep(0.1)')))
  for (let round = 0; round < 10; round++) {
    await admin.query('DROP TABLE IF EXISTS homeostat_lease')
    const start = (): PostgresCoordinator =>
      createPostgresCoordinator({ pool: admin, service: 'shop', timeoutMs: 5_000 })
    const peers = Array.from({ length: 8 }, start)
    await Promise.all(peers.map((peer, i) => peer.beat(`m${i}`, LONG_MS)))
    expect(await peers[0]!.beat('m0', LONG_MS)).toBe(8)
  }
})

it('does not wait for a pool that is used up, and takes nothing when a connection comes too late', async () => {
  const pool = poolOf({ max: 1 })
  const coordinator = createPostgresCoordinator({ pool, service: 'shop', timeoutMs: 200 })
  await coordinator.beat('a', LONG_MS)
  const taken = await pool.connect()
  await expect(coordinator.acquire('knob/a', LONG_MS)).rejects.toThrow(CoordinatorUnavailableError)
  taken.release()
  expect(await coordinator.acquire('knob/a', LONG_MS), 'nobody has it').toBeDefined()
  expect(pool.totalCount, 'the connection was given back').toBe(1)
})

it('takes back an effect that does not end in time, and its locks with it', async () => {
  const coordinator = createPostgresCoordinator({ pool: poolOf({ max: 2 }), service: 'shop', timeoutMs: 300 })
  const lease = (await coordinator.acquire('action/a', 400))!
  const hangs = coordinator.effect(lease, async query => {
    await query('INSERT INTO effects VALUES (1)')
    await new Promise(() => {})
  })
  await expect(hangs).rejects.toThrow(CoordinatorUnavailableError)
  await vi.waitFor(async () => expect(await coordinator.acquire('action/a', LONG_MS)).toBeDefined(), {
    timeout: 20_000,
  })
  await expect(coordinator.effect(lease, query => query('INSERT INTO effects VALUES (2)'))).rejects.toThrow(
    LeaseLostError,
  )
  expect((await admin.query('SELECT * FROM effects')).rows).toEqual([])
})

it('survives that the server ends its connections', async () => {
  const coordinator = createPostgresCoordinator({ pool: poolOf({ max: 2 }), service: 'shop' })
  const lease = (await coordinator.acquire('action/a', LONG_MS))!
  const ended = coordinator.effect(lease, query => query('SELECT pg_terminate_backend(pg_backend_pid())'))
  await expect(ended).rejects.toThrow(CoordinatorUnavailableError)
  expect(await coordinator.isCurrent(lease)).toBe(true)
})

it('finds the pool that the application uses', async () => {
  const domain = pg()
  domain.instrumentation.enable()
  const pool = poolOf({})
  await pool.query('SELECT 1')
  const [found] = domain.coordinators?.('shop') ?? []
  expect(found?.address).toBe(`${postgres.host}:${postgres.port}/${postgres.database}`)
  expect(await found?.create().beat('a', LONG_MS)).toBe(1)
  domain.instrumentation.disable()
})
