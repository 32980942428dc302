import { setTimeout as delay } from 'node:timers/promises'
import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PgInstrumentation } from '../src/index.ts'
import { operations, points } from './collected.ts'
import { OwnQuery } from './own-query.ts'

/** Holds the event loop as a computation does. */
function hold(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

describe('a statement whose answer waits for the event loop', () => {
  let db: Postgres
  let pool: pg.Pool
  let instrumentation: PgInstrumentation
  beforeAll(async () => void (db = await startPostgres()))
  afterAll(() => db.stop())
  beforeEach(async () => {
    instrumentation = new PgInstrumentation()
    pool = new pg.Pool({ connectionString: db.url, max: 12 }).on('error', () => {})
    const clients = await Promise.all(Array.from({ length: 12 }, () => pool.connect()))
    for (const client of clients) client.release()
    instrumentation.enable()
  })
  afterEach(async () => {
    instrumentation.disable()
    await pool.end()
  })

  const slow = (): number =>
    points(instrumentation, 'homeostat.db.slow_queries').reduce((sum, { value }) => sum + Number(value), 0)
  const longest = (): number =>
    Math.max(
      ...points(instrumentation, 'db.client.operation.duration').map(
        ({ value }) => (value as unknown as { max: number }).max,
      ),
    )

  it.each<[string, () => Promise<unknown>]>([
    [
      'the loop is held right after it is sent',
      async () => {
        for (let n = 0; n < 12; n++) {
          const answer = pool.query('SELECT 1')
          hold(260)
          await answer
        }
      },
    ],
    [
      'a timer holds the loop while it runs',
      async () => {
        for (let n = 0; n < 12; n++) {
          setTimeout(hold, 0, 260)
          await pool.query('SELECT 1')
        }
      },
    ],
    [
      'each of twelve answers in one turn is followed by a computation',
      () =>
        Promise.all(
          Array.from({ length: 12 }, async () => {
            await pool.query('SELECT 1')
            hold(260)
          }),
        ),
    ],
    [
      'it fails',
      async () => {
        for (let n = 0; n < 12; n++) {
          const answer = pool.query('SELECT 1 / 0').catch(() => undefined)
          hold(260)
          await answer
        }
      },
    ],
    [
      'it is a query object of somebody else',
      async () => {
        const client = await pool.connect()
        for (let n = 0; n < 12; n++) {
          const query = client.query(new OwnQuery('SELECT 1'))
          await delay(0)
          hold(260)
          await query.result
        }
        client.release()
      },
    ],
  ])('2-51: is not slow when %s', async (_how, run) => {
    await run()
    expect(Object.values(operations(instrumentation))).toEqual([12])
    expect(slow()).toBe(0)
    expect(longest()).toBeLessThan(0.2)
  })

  it('is slow when the server is, also when the loop was held for a part of the time', async () => {
    await pool.query('SELECT pg_sleep(0.4)')
    const answer = pool.query('SELECT pg_sleep(0.6)')
    hold(100)
    await answer
    expect(slow()).toBe(2)
    expect(longest()).toBeGreaterThan(0.55)
  })
})
