import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { IndexSession } from '../../../src/actions/create-index/index-session.ts'
import { sweepOnce } from '../../../src/actions/create-index/sweep-once.ts'
import { originOfPool, type Origin } from '../../../src/signals/origin.ts'
import type { PoolShape } from '../../../src/signals/driver.ts'
import { TransactionPooler } from './transaction-pooler.ts'

let server: Postgres
const MINUTE = 60_000
const LIMITS = ['lock_timeout', 'statement_timeout', 'client_connection_check_interval', 'idle_session_timeout']
const shown = `SELECT name, setting FROM pg_settings WHERE name IN (${LIMITS.map(name => `'${name}'`).join()}) ORDER BY 1`

beforeAll(async () => {
  server = await startPostgres({ settings: { idle_session_timeout: '60s' } })
})
afterAll(() => server.stop())

function origin(connectionString: string): Origin {
  return originOfPool(new pgDriver.Pool({ connectionString }) as unknown as PoolShape)
}

it('is not ended for being idle', async () => {
  const session = await IndexSession.open(origin(server.url), () => {}, MINUTE)
  if ('refused' in session) throw new Error(session.refused)
  await using used = session
  expect(Object.fromEntries((await used.query(shown)).map(row => [row['name'], row['setting']]))).toEqual({
    client_connection_check_interval: '2000',
    idle_session_timeout: '0',
    lock_timeout: '2000',
    statement_timeout: '10000',
  })
})

it('leaves no setting and no lock on a connection of a pooler', async () => {
  await using pooler = await TransactionPooler.before(server.url)
  const url = pooler.through(server.url)
  const application = new pgDriver.Client({ connectionString: url })
  await application.connect()
  try {
    const before = (await application.query(shown)).rows
    const session = await IndexSession.open(origin(url), () => {}, MINUTE)
    expect(session).toMatchObject({ refused: expect.stringContaining('pooler') as string, isBusy: false })
    expect(await sweepOnce(origin(url), () => {})).toBe(true)
    expect((await application.query(shown)).rows).toEqual(before)
    expect((await application.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).rows).toEqual([])
  } finally {
    await application.end()
  }
})

it('is held by one process at a time', async () => {
  await using first = (await IndexSession.open(origin(server.url), () => {}, MINUTE)) as IndexSession
  expect(first.processId).toMatch(/^\d+$/)
  expect(await IndexSession.open(origin(server.url), () => {}, MINUTE)).toMatchObject({ isBusy: true })
  expect(await sweepOnce(origin(server.url), () => {})).toBe(false)
})
