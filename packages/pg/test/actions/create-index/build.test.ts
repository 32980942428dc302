import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeWatched, type BuildWatch } from '../../../src/actions/create-index/build.ts'
import { settingsOf } from '../../../src/actions/create-index/create-index-options.ts'
import { IndexSession } from '../../../src/actions/create-index/index-session.ts'
import { originOfPool, type Origin } from '../../../src/signals/origin.ts'
import { watchOf } from './build-watch.ts'

describe('a build', () => {
  let server: Postgres
  let admin: pgDriver.Client
  let origin: Origin
  let session: IndexSession

  beforeAll(async () => {
    server = await startPostgres()
    admin = new pgDriver.Client({ connectionString: server.url })
    await admin.connect()
    await admin.query('CREATE TABLE orders (id int)')
    origin = originOfPool(new pgDriver.Pool({ connectionString: server.url }) as never)
    session = (await IndexSession.open(origin, () => {}, 600_000)) as IndexSession
  })
  afterAll(async () => {
    await session[Symbol.asyncDispose]()
    await admin.end()
    await server.stop()
  })

  const watch = (signal: AbortSignal, maxBuildMs: number): BuildWatch =>
    watchOf(() => origin, settingsOf({ maxBuildMs }), signal)
  const timeout = async (): Promise<unknown> =>
    (await session.query('SHOW statement_timeout'))[0]?.['statement_timeout']
  /** A statement that would take longer than anybody waits. */
  const LONG = 'SELECT pg_sleep(3600)'

  it('is cancelled when it takes too long', async () => {
    const { signal } = new AbortController()
    expect(await changeWatched(session, LONG, watch(signal, 100))).toEqual({
      reason: 'it took longer than 100 ms',
      code: '57014',
    })
    expect(await timeout()).toBe('10s')
  })

  it('is cancelled when the loop wants it to end', async () => {
    const ending = new AbortController()
    const changing = changeWatched(session, LONG, watch(ending.signal, 3_600_000))
    ending.abort()
    expect(await changing).toEqual({ reason: 'the loop has ended it', code: '57014' })
    expect(await timeout()).toBe('10s')
  })

  it('is ended by the server where nobody can cancel it', async () => {
    await expect(session.change(LONG, 100)).rejects.toMatchObject({ code: '57014' })
    expect(await timeout()).toBe('10s')
  })

  it('says what keeps it waiting, and leaves the limits of its session', async () => {
    await admin.query('BEGIN; INSERT INTO orders VALUES (1)')
    const { signal } = new AbortController()
    const failed = await changeWatched(
      session,
      'CREATE INDEX CONCURRENTLY late ON orders (id)',
      watch(signal, 3_600_000),
    )
    await admin.query('ROLLBACK')
    expect(failed).toEqual({ reason: 'a transaction kept it waiting for more than 2 s', code: '55P03' })
    expect(await timeout()).toBe('10s')
  })

  it('leaves the limits of its session, although cancels come late', async () => {
    for (let round = 0; round < 100; round++) {
      const changing = session.change('SELECT 1').catch(() => {})
      await admin.query('SELECT pg_cancel_backend($1)', [session.processId])
      await changing
      // A cancel may still be on its way.
      await session.query('SELECT 1').catch(() => {})
      expect(await timeout()).toBe('10s')
    }
  })
})
