import { startPostgresReplicas, type PostgresReplicas } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IndexSession } from '../../../src/actions/create-index/index-session.ts'
import { replicaObstacle } from '../../../src/actions/create-index/obstacles.ts'
import { settingsOf } from '../../../src/actions/create-index/create-index-options.ts'
import { originOfPool } from '../../../src/signals/origin.ts'
import { createQueryCreateIndex } from '../../../src/domain.ts'
import { PgInstrumentation } from '../../../src/index.ts'
import { QUICK } from './acting-database.ts'

const settings = settingsOf({ maxReplicaLagMs: 200 })

describe('beside replicas', () => {
  let servers: PostgresReplicas
  let pool: pgDriver.Pool
  const open = (url: string): pgDriver.Pool =>
    new pgDriver.Pool({ connectionString: url, max: 3 }).on('error', () => {})
  beforeAll(async () => {
    servers = await startPostgresReplicas({ replicas: 1 })
    pool = open(servers.primary.url)
    await pool.query(
      'CREATE TABLE orders AS SELECT i AS id, i % 20000 AS customer_id FROM generate_series(1, 120000) i',
    )
    await pool.query('VACUUM ANALYZE orders')
  })
  afterAll(async () => {
    await pool.end()
    await servers[Symbol.asyncDispose]()
  })

  it('no session is opened on a replica, though it would give the lock', async () => {
    const replica = open(servers.replicas[0]!.url)
    expect(await IndexSession.open(originOfPool(replica as never), () => {}, 10_000)).toEqual({
      refused: 'the server is a replica',
      isBusy: false,
    })
    await replica.end()
  })

  it('nothing is built while one is behind, and its lag is seen', async () => {
    const replica = servers.replicas[0]!
    const server = { query: async (text: string) => (await pool.query(text)).rows as Record<string, unknown>[] }
    const obstacle = (): Promise<string | undefined> => replicaObstacle(server, settings)
    while ((await obstacle()) !== undefined) await new Promise(resolve => setTimeout(resolve, 50))
    await replica.query('SELECT pg_wal_replay_pause()')
    while ((await obstacle()) === undefined) {
      await pool.query('UPDATE orders SET customer_id = customer_id WHERE id = 1')
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    expect(await obstacle()).toMatch(/a replica is \d+ ms behind, more than 200 ms/)

    const instrumentation = new PgInstrumentation({ slowQueryThresholdMs: 1 })
    instrumentation.enable()
    for (let call = 0; call < 5; call++) await pool.query('SELECT * FROM orders WHERE customer_id = $1', [call])
    const action = createQueryCreateIndex(instrumentation, { ...QUICK, maxReplicaLagMs: 200 })
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
    const { signal } = new AbortController()
    const { effects, problems } = await action.run({ firing, options: undefined, now: Date.now(), signal, sliceMs: 5 })
    instrumentation.disable()
    expect(effects).toEqual({ built: 0 })
    expect(problems?.join()).toContain('ms behind')
    await replica.query('SELECT pg_wal_replay_resume()')
  })

  it('nothing is built while one has too much to replay, whatever its lag in time is', async () => {
    const replica = servers.replicas[0]!
    const server = { query: async (text: string) => (await pool.query(text)).rows as Record<string, unknown>[] }
    const patient = settingsOf({ maxReplicaLagMs: 3_600_000 })
    const obstacle = (): Promise<string | undefined> => replicaObstacle(server, patient)
    await servers.caughtUp()
    await replica.pauseReplay()
    const write = async (mib: number): Promise<void> => {
      for (let n = 0; n < mib; n++) await pool.query("SELECT pg_logical_emit_message(false, 'x', repeat('x', 1048576))")
    }
    await write(200)
    expect(await obstacle()).toBeUndefined()
    await write(100)
    expect(await obstacle()).toMatch(/^a replica has (?:2[5-9]|3[0-3])\d MiB to replay$/)
    await replica.resumeReplay()
    await servers.caughtUp()
    // It reports what it has replayed a little later.
    await expect.poll(obstacle, { timeout: 30_000 }).toBeUndefined()
  })

  it('their lag is not taken for none where the user may not see it', async () => {
    await pool.query("CREATE ROLE reader LOGIN PASSWORD 'r'")
    const url = new URL(servers.primary.url)
    url.username = 'reader'
    url.password = 'r'
    const reader = open(url.href)
    const server = { query: async (text: string) => (await reader.query(text)).rows as Record<string, unknown>[] }
    expect(await replicaObstacle(server, settings)).toContain('GRANT pg_read_all_stats')
    await reader.end()
  })
})
