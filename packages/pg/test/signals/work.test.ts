import { performance } from 'node:perf_hooks'
import { runAsWork, WorkUnit } from '@homeostat/signals'
import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PgInstrumentation } from '../../src/index.ts'

let server: Postgres
const instrumentation = new PgInstrumentation()
beforeAll(async () => {
  server = await startPostgres()
  instrumentation.enable()
})
afterAll(async () => {
  instrumentation.disable()
  await server.stop()
})

/** How long the event loop was held at most while it looked. */
class LongestHold implements Disposable {
  longestMs = 0
  readonly #timer: NodeJS.Timeout

  constructor() {
    let since = performance.now()
    this.#timer = setInterval(() => {
      const now = performance.now()
      this.longestMs = Math.max(this.longestMs, now - since)
      since = now
    }, 1)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

const work = (): WorkUnit => new WorkUnit({})
const sleep = (ms: number): string => `SELECT pg_sleep(${ms / 1000})`

it('a statement is credited to the work that asked for it, also when the pool is full and others give connections back', async () => {
  const pool = new pg.Pool({ connectionString: server.url, max: 1 })
  await pool.query('SELECT 1')
  const [long, short, checkedOut] = [work(), work(), work()]
  using held = new LongestHold()
  await Promise.all([
    runAsWork(long, () => pool.query(sleep(200))),
    runAsWork(short, () => pool.query(sleep(20))),
    runAsWork(
      checkedOut,
      () =>
        new Promise<void>((resolve, reject) =>
          pool.connect((error, client, release) => {
            if (error || client === undefined) return reject(error ?? new Error('no client'))
            client.query(sleep(100), () => {
              release()
              resolve()
            })
          }),
        ),
    ),
    pool.query(sleep(50)),
  ])
  await pool.end()
  // The server sleeps for no less. An answer that comes while the loop is held came at some moment of that hold: half of it is credited.
  const leastMs = (ms: number): number => ms - 1 - held.longestMs / 2
  expect(long.databaseMs).toBeGreaterThanOrEqual(leastMs(200))
  expect(short.databaseMs).toBeGreaterThanOrEqual(leastMs(20))
  expect(short.databaseMs).toBeLessThan(long.databaseMs)
  expect(checkedOut.databaseMs).toBeGreaterThanOrEqual(leastMs(100))
  expect(checkedOut.databaseMs).toBeLessThan(long.databaseMs)
})

it('queries that wait in one client count from their turn, each for its own work', async () => {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const [first, second] = [work(), work()]
  const startedAt = performance.now()
  await Promise.all([
    runAsWork(first, () => client.query(sleep(150))),
    client.query(sleep(50)),
    runAsWork(second, () => client.query(sleep(20))),
    runAsWork(second, () => client.query('SELECT nonsense').catch(() => undefined)),
  ])
  const tookMs = performance.now() - startedAt
  await client.end()
  expect(first.databaseMs).toBeGreaterThanOrEqual(149)
  expect(second.databaseMs).toBeGreaterThanOrEqual(19)
  // Neither the wait for the others, nor the statement of nobody.
  expect(first.databaseMs + second.databaseMs).toBeLessThan(tookMs - 49)
})

it('a slow statement knows the jobs that it was sent for', async () => {
  const slow = new PgInstrumentation({ slowQueryThresholdMs: 20 })
  slow.enable()
  const pool = new pg.Pool({ connectionString: server.url, max: 1 })
  for (const workName of ['job mail of outbox', 'job bill of outbox', 'job mail of outbox'])
    await runAsWork(new WorkUnit({ workName }), () => pool.query(sleep(30)))
  await pool.query(sleep(30))
  await pool.end()
  slow.disable()
  expect(slow.slowStatements.top(1)[0]).toMatchObject({
    count: 4,
    senders: [
      { name: 'job mail of outbox', count: 2 },
      { name: 'job bill of outbox', count: 1 },
    ],
  })
})
