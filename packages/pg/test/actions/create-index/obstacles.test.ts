import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settingsOf } from '../../../src/actions/create-index/create-index-options.ts'
import { serverObstacle } from '../../../src/actions/create-index/obstacles.ts'

let server: Postgres
let admin: pgDriver.Client
let user: pgDriver.Client

beforeAll(async () => {
  server = await startPostgres({ settings: { wal_level: 'replica', max_replication_slots: '4' } })
  admin = new pgDriver.Client({ connectionString: server.url })
  await admin.connect()
  await admin.query("CREATE ROLE app LOGIN PASSWORD 'app'")
  const url = new URL(server.url)
  url.username = 'app'
  url.password = 'app'
  user = new pgDriver.Client({ connectionString: url.href })
  await user.connect()
})
afterAll(async () => {
  await Promise.all([admin.end(), user.end()])
  await server.stop()
})

const obstacle = (as: pgDriver.Client): Promise<string | undefined> =>
  serverObstacle({ query: async (text, values = []) => (await as.query(text, [...values])).rows }, settingsOf({}))

it('does not exist where nothing happens, for any user', async () => {
  expect(await obstacle(admin)).toBeUndefined()
  expect(await obstacle(user)).toBeUndefined()
})

it('is a transaction of another user whose age cannot be seen', async () => {
  await admin.query('BEGIN; SELECT 1')
  expect(await obstacle(user)).toContain('GRANT pg_read_all_stats')
  await admin.query('COMMIT; GRANT pg_read_all_stats TO app')
  await admin.query('BEGIN; SELECT 1')
  // Its age can be seen, and it is young.
  expect(await obstacle(user)).toBeUndefined()
  await admin.query('COMMIT; REVOKE pg_read_all_stats FROM app')
})

it('is a replica that is gone and that the server keeps WAL for', async () => {
  await admin.query("SELECT pg_create_physical_replication_slot('gone', true)")
  expect(await obstacle(user)).toContain('a replica is gone')
  await admin.query("SELECT pg_drop_replication_slot('gone')")
  expect(await obstacle(user)).toBeUndefined()
})

it('is a server that does not show builds of others', async () => {
  const old = { query: async (): Promise<[{ number: number }]> => [{ number: 110_022 }] }
  expect(await serverObstacle(old, settingsOf({}))).toContain('before version 12')
})
