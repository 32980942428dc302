import { performance } from 'node:perf_hooks'
import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { PgInstrumentation } from '../../../src/index.ts'
import { points } from '../../collected.ts'

let db: Postgres
let pool: pg.Pool
let instrumentation: PgInstrumentation
// A clock that stands still until a test moves it.
let now = 1000
let readings = 0
beforeAll(async () => void (db = await startPostgres()))
afterAll(() => db.stop())
beforeEach(async () => {
  instrumentation = new PgInstrumentation()
  instrumentation.enable()
  pool = new pg.Pool({ connectionString: db.url, max: 1 })
  vi.spyOn(performance, 'now').mockImplementation(() => {
    readings++
    return now
  })
  await pool.query('SELECT 1')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await pool.end()
  instrumentation.disable()
})

/** Seconds that were recorded until now. */
function sums(): { readonly wait: number; readonly use: number; readonly statements: number } {
  const sum = (name: string): number =>
    points(instrumentation, name).reduce((all, { value }) => all + ((value as { sum?: number }).sum ?? 0), 0)
  return {
    wait: sum('db.client.connection.wait_time'),
    use: sum('db.client.connection.use_time'),
    statements: sum('db.client.operation.duration'),
  }
}

/** Holds the event loop for so many milliseconds. */
const hold = (ms: number): void => void (now += ms)

describe('a pool.query() on an idle connection', () => {
  it('reads the clock twice: when it gets the connection, and when the answer has come', async () => {
    const counts: number[] = []
    for (let time = 0; time < 20; time++) {
      readings = 0
      await pool.query('SELECT 1')
      counts.push(readings)
    }
    // Now and then a timer of ours looks at the clock meanwhile.
    expect(Math.min(...counts)).toBe(2)
  })

  it('has it at once: the work of its caller is neither wait, use nor time of the statement', async () => {
    const answer = pool.query('SELECT 1')
    hold(30)
    await answer
    expect(sums()).toEqual({ wait: 0, use: 0, statements: 0 })
  })

  it('is counted, also when nobody has looked before this ends', async () => {
    const counts = (): readonly number[] =>
      ['wait_time', 'use_time']
        .flatMap(name => points(instrumentation, `db.client.connection.${name}`))
        .map(({ value }) => (value as { count: number }).count)
    const [waits = 0, uses = 0] = counts()
    for (let time = 0; time < 3; time++) await pool.query('SELECT 1')
    instrumentation.disable()
    expect(counts()).toEqual([waits + 3, uses + 3])
  })

  it('has it for as long as its statement runs', async () => {
    const answer = pool.query('SELECT pg_sleep(0.2)')
    await new Promise(setImmediate)
    hold(20)
    await answer
    expect(sums()).toEqual({ wait: 0, use: 0.02, statements: 0.02 })
  })

  it('waits from its call for a connection that others have, and for one that is opened because the idle one was lost', async () => {
    const client = await pool.connect()
    const queued = pool.query('SELECT 1')
    hold(30)
    client.release()
    await queued
    expect(sums()).toEqual({ wait: 0.03, use: 0.03, statements: 0 })

    const reopened = pool.query('SELECT 1')
    ;(pool as unknown as { _remove(client: object): void })._remove(client)
    await new Promise(setImmediate)
    hold(20)
    await reopened
    expect(sums().wait).toBeCloseTo(0.05)
  })

  it('fails with the time that it took', async () => {
    const answer = pool.query('SELECT pg_sleep(0.2), 1 / (random() * 0)::int')
    await new Promise(setImmediate)
    hold(20)
    await expect(answer).rejects.toMatchObject({ code: '22012' })
    expect(sums()).toEqual({ wait: 0, use: 0.02, statements: 0.02 })
  })
})

it('of a borrowed connection, what the application does before and after its statement is use, and not the statement', async () => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  pool.connect((error, client, release) => {
    if (client === undefined) return reject(error ?? new Error('no client'))
    hold(300)
    client.query('SELECT 1', () => {
      hold(500)
      release()
      resolve()
    })
  })
  await promise
  expect(sums()).toEqual({ wait: 0, use: 0.8, statements: 0 })
})

it('a statement that a listener sends on a new connection is timed from its own submission', async () => {
  const other = new pg.Pool({ connectionString: db.url, max: 1 })
  other.on('connect', client => {
    hold(300)
    void client.query("SET search_path TO 'public'")
  })
  await other.query('SELECT 1')
  await other.end()
  expect(sums().statements).toBe(0)
})
