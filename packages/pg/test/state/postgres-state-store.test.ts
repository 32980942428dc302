import { describeStateStore } from '@homeostat/conformance'
import type { StateStore } from '@homeostat/optimizer'
import { startPostgres } from '@homeostat/services'
import { Pool } from 'pg'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createPostgresStateStore, pg, STATE_TABLE, StateTableMissingError } from '../../src/domain.ts'
import { operations } from '../collected.ts'

const postgres = await startPostgres()
const pools: Pool[] = []
const poolOf = (options: object): Pool => {
  // The server stops before the last sockets of an ended pool are closed.
  const pool = new Pool({ connectionString: postgres.url, ...options }).on('error', () => {})
  pools.push(pool)
  return pool
}
const admin = poolOf({ max: 20 })
const nowhere = new Pool({ host: '127.0.0.1', port: 1 })

afterAll(async () => {
  for (const pool of pools) await pool.end()
  await postgres.stop()
})

describeStateStore('Postgres', {
  create: service => createPostgresStateStore({ pool: admin, service }),
  unreachable: service => createPostgresStateStore({ pool: nowhere, service, timeoutMs: 300 }),
  program: [new URL('../fixtures/idle-state-store.ts', import.meta.url).pathname, postgres.url],
  async plant(service, key, text) {
    await admin.query('UPDATE homeostat_state SET value = $3 WHERE service = $1 AND key = $2', [service, key, text])
  },
})

describe('a store in Postgres', () => {
  beforeEach(async () => {
    await admin.query('DROP TABLE IF EXISTS homeostat_state')
  })

  it('creates nothing to read, and its table to write, also when all processes do it at the same moment', async () => {
    const peers = Array.from({ length: 8 }, (): StateStore =>
      createPostgresStateStore({ pool: admin, service: 'shop' }),
    )
    expect(await peers[0]!.read('forecasts')).toBeUndefined()
    await expect(admin.query('SELECT FROM homeostat_state')).rejects.toMatchObject({ code: '42P01' })
    await Promise.all(peers.map((peer, i) => peer.write(`k${i}`, String(i))))
    expect(await peers[0]!.read('k7')).toBe('7')
  })

  it('names the statement to run when the user may not create the table, and works as soon as it exists', async () => {
    await admin.query("CREATE ROLE app LOGIN PASSWORD 'app'; REVOKE CREATE ON SCHEMA public FROM public")
    const url = new URL(postgres.url)
    Object.assign(url, { username: 'app', password: 'app' })
    const pool = poolOf({ connectionString: url.href })
    const store = createPostgresStateStore({ pool, service: 'shop' })
    expect(await store.read('forecasts')).toBeUndefined()
    const refused = await store.write('forecasts', 'a').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StateTableMissingError)
    expect(refused).toMatchObject({ statement: STATE_TABLE })
    expect(String(refused)).toContain('run STATE_TABLE of @homeostat/pg/domain in a migration')
    await admin.query(STATE_TABLE)
    await admin.query('GRANT SELECT, INSERT, UPDATE ON homeostat_state TO app')
    await store.write('forecasts', 'a')
    expect(await store.read('forecasts')).toBe('a')
    expect(pool.totalCount, 'a refusal costs no connection').toBe(1)
  })

  it('does not wait for a pool that is used up', async () => {
    const pool = poolOf({ max: 1 })
    const store = createPostgresStateStore({ pool, service: 'shop', timeoutMs: 200 })
    const taken = await pool.connect()
    await expect(store.write('forecasts', 'a')).rejects.toThrow('no answer within 200 ms')
    taken.release()
    await store.write('forecasts', 'b')
    expect(await store.read('forecasts')).toBe('b')
  })

  it('lends its pool back, and refuses when it is closed', async () => {
    const pool = poolOf({ max: 1 })
    const store = createPostgresStateStore({ pool, service: 'shop' })
    await store.write('forecasts', 'a')
    expect(pool.idleCount).toBe(1)
    await store[Symbol.asyncDispose]()
    await expect(store.read('forecasts')).rejects.toThrow('it is closed')
  })

  it("keeps state in the application's database, and does not count as a slow query", async () => {
    const domain = pg({ slowQueryThresholdMs: 0 })
    domain.instrumentation.enable()
    await poolOf({}).query('SELECT 1')
    const [found] = domain.stateStores?.('secret-service') ?? []
    expect(found?.address).toBe(`${postgres.host}:${postgres.port}/${postgres.database}`)
    const store = found!.create()
    expect(store.name).toBe(`postgres ${found!.address}`)
    await store.write('secret-key', 'secret-text')
    expect(await store.read('secret-key')).toBe('secret-text')

    const { instrumentation } = domain
    expect(JSON.stringify(instrumentation.registry.collect())).not.toContain('secret')
    expect(operations(instrumentation), 'it was measured as all that the pool runs').toEqual({ ok: 6 })
    expect(instrumentation.slowStatements.top(100).map(({ summary }) => summary)).toEqual(['SELECT'])
    instrumentation.disable()
  })
})
