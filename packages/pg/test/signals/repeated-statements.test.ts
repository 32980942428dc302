import { startPostgres, type Postgres } from '@homeostat/services'
import { runAsWork, WorkUnit } from '@homeostat/signals'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { RPCType, setRPCMetadata } from '@opentelemetry/core'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PgInstrumentation } from '../../src/index.ts'
import { points } from '../collected.ts'
import { RepeatedStatements } from '../../src/signals/repeated-statements.ts'
import type { RunningQueries } from '../../src/signals/running-queries.ts'

/** Longer than a request is followed after its last statement, and than nobody is followed after that. */
const pause = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 400))

describe('the count of statements of the request that is followed', () => {
  const running = (request: object | undefined, text: string, endedFor?: string): RunningQueries =>
    ({ request, text, endedFor }) as unknown as RunningQueries
  const [first, second] = [{}, {}]

  it('is that of one request at a time, until it is silent', () => {
    const repeats = new RepeatedStatements()
    for (let at = 0; at < 12; at++) {
      repeats.note(running(first, 'SELECT a FROM t', 'route /a'), 1_000 + at, 2)
      repeats.note(running(second, 'SELECT b FROM t', 'route /b'), 1_000 + at, 2)
      repeats.note(running(undefined, 'SELECT c FROM t'), 1_000 + at, 2)
    }
    expect(repeats.since(0)).toEqual([])
    repeats.note(running(undefined, 'SELECT c FROM t'), 1_300, 2)
    expect(repeats.since(0)).toEqual([
      { summary: 'SELECT t', sender: 'route /a', requests: 1, mean: 12, most: 12, meanMs: 24, lastSeen: 1_300 },
    ])
    expect(repeats.since(1_301)).toEqual([])
  })

  it('is of no more kinds, texts and requests than are kept', () => {
    const repeats = new RepeatedStatements()
    for (let request = 0; request < 300; request++) {
      const own = {}
      for (let n = 0; n < 300; n++)
        repeats.note(
          running(own, `SELECT c${n % 15 === 0 ? n : 0} FROM t WHERE x = ${n}`, `route /${request}`),
          request * 1_000 + n / 10,
          1,
        )
      repeats.note(running(own, 'SELECT 1'), request * 1_000 + 500, 1)
    }
    expect(repeats.since(0)).toHaveLength(100)
    expect(repeats.since(0)[0]!.most).toBeLessThanOrEqual(200)
  })
})

describe('statements that one request sends again and again', () => {
  let db: Postgres
  let pool: pg.Pool
  let instrumentation: PgInstrumentation
  beforeAll(async () => {
    db = await startPostgres()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterAll(async () => {
    context.disable()
    await db.stop()
  })
  beforeEach(async () => {
    instrumentation = new PgInstrumentation({ slowQueryThresholdMs: 0 })
    instrumentation.enable()
    pool = new pg.Pool({ connectionString: db.url, max: 4 })
    return async () => {
      await pool.end()
      instrumentation.disable()
    }
  })

  const inRoute = <T>(route: string, run: () => Promise<T>): Promise<T> =>
    context.with(
      setRPCMetadata(context.active(), { type: RPCType.HTTP, span: undefined as never, route } as never),
      run,
    )
  /** Does the same until it was followed for as long as it took: the machine may be slow between two statements. */
  const findsIn = (work: () => Promise<void>): Promise<void> =>
    expect
      .poll(
        async () => {
          await work()
          await pause()
          await pool.query('SELECT 1')
          return instrumentation.repeatedStatements.since(0).map(({ summary, sender }) => ({ summary, sender }))
        },
        { timeout: 30_000 },
      )
      .not.toEqual([])
  const found = (): unknown =>
    instrumentation.repeatedStatements.since(0).map(({ summary, sender }) => ({ summary, sender }))

  it('are found with their route, among others, whatever the spans around each', async () => {
    const page = async (): Promise<void> => {
      await pool.query('SELECT relname FROM pg_class LIMIT 24')
      for (let id = 0; id < 24; id++)
        // An instrumentation may open a span around each call.
        await context.with(context.active().setValue(Symbol('span'), id), () =>
          pool.query('SELECT relname FROM pg_class WHERE oid = $1', [id]),
        )
    }
    const other = async (): Promise<void> => {
      for (let at = 0; at < 40; at++) await pool.query('SELECT 2')
    }
    await findsIn(async () => void (await Promise.all([inRoute('/orders', page), other()])))
    expect(found()).toEqual([{ summary: 'SELECT pg_class', sender: 'route /orders' }])
    const [point, ...more] = points(instrumentation, 'homeostat.db.repeated_statements.duration')
    expect(more).toEqual([])
    expect(point).toMatchObject({
      attributes: { 'db.query.summary': 'SELECT pg_class', 'homeostat.db.holder': 'route /orders' },
      value: { count: instrumentation.repeatedStatements.since(0)[0]!.requests },
    })
  })

  it('are one kind also where values are written into them, in a transaction, of a job', async () => {
    await findsIn(() =>
      runAsWork(new WorkUnit({ workName: 'job bill of outbox' }), async () => {
        const client = await pool.connect()
        await client.query('BEGIN')
        for (let id = 0; id < 15; id++) await client.query(`SELECT relname FROM pg_class WHERE oid = ${id}`)
        await client.query('COMMIT')
        client.release()
      }),
    )
    expect(found()).toEqual([{ summary: 'SELECT pg_class', sender: 'job bill of outbox' }])
  })

  it('are not found where each request sends a statement once, or outside of requests', async () => {
    for (let at = 0; at < 20; at++) await inRoute('/orders', () => pool.query('SELECT 1'))
    for (let at = 0; at < 20; at++) await pool.query('SELECT 1')
    await pause()
    await pool.query('SELECT 1')
    expect(found()).toEqual([])
  })

  it('a slow statement knows its route', async () => {
    await inRoute('/orders/:id', () => pool.query('SELECT relname FROM pg_class'))
    await pool.query('SELECT relname FROM pg_class')
    expect(instrumentation.slowStatements.top(1)[0]).toMatchObject({
      count: 2,
      senders: [{ name: 'route /orders/:id', count: 1 }],
    })
  })
})
