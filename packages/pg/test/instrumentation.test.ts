import { AsyncLocalStorage } from 'node:async_hooks'
import { diag } from '@opentelemetry/api'
import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PgInstrumentation } from '../src/index.ts'
import { operations, points } from './collected.ts'
import { OwnQuery } from './own-query.ts'

describe('measuring queries', () => {
  let db: Postgres
  let client: pg.Client
  let instrumentation: PgInstrumentation

  beforeAll(async () => void (db = await startPostgres()))
  afterAll(() => db.stop())

  beforeEach(async () => {
    instrumentation = new PgInstrumentation()
    instrumentation.enable()
    client = new pg.Client({ connectionString: db.url })
    client.on('error', () => {})
    await client.connect()
  })
  afterEach(async () => {
    await client.end()
    instrumentation.disable()
  })

  const callback = <T>(
    start: (done: (error: Error | null, result: T) => void) => unknown,
  ): Promise<[Error | null, T]> => new Promise(resolve => start((error, result) => resolve([error, result])))

  it('counts every promise form once and changes no result', async () => {
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    expect((await client.query('SELECT $1::int AS n', [2])).rows).toEqual([{ n: 2 }])
    expect((await client.query({ text: 'SELECT $1::int AS n', values: [3] })).rows).toEqual([{ n: 3 }])
    expect((await client.query({ text: 'SELECT 4 AS n', rowMode: 'array' })).rows).toEqual([[4]])
    for (const n of [5, 6])
      expect((await client.query({ name: 'prepared', text: 'SELECT $1::int AS n', values: [n] })).rows).toEqual([{ n }])
    expect(
      ((await client.query('SELECT 7 AS n; SELECT 8 AS n')) as unknown as pg.QueryResult[]).map(r => r.rows[0]),
    ).toEqual([{ n: 7 }, { n: 8 }])
    expect((await client.query('')).rows).toEqual([])
    expect(operations(instrumentation)).toEqual({ ok: 8 })
  })

  it('counts every callback form once and calls back exactly as before', async () => {
    const [, text] = await callback<pg.QueryResult>(done => client.query('SELECT 1 AS n', done))
    const [, values] = await callback<pg.QueryResult>(done => client.query('SELECT $1::int AS n', [2], done))
    const [, config] = await callback<pg.QueryResult>(done => client.query({ text: 'SELECT 3 AS n' }, done))
    expect([text, values, config].map(result => result.rows[0])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(client.query('SELECT 1', () => {})).toBeUndefined()
    const [error, nothing] = await callback(done => client.query('SELEC', done))
    expect(error).toMatchObject({ code: '42601' })
    expect(nothing).toBeUndefined()
    expect(operations(instrumentation)).toEqual({ ok: 4, '42601': 1 })
  })

  it('hands back the query objects it is given and counts them when they complete', async () => {
    const query = new pg.Query('SELECT 1 AS n')
    expect(client.query(query)).toBe(query)
    await new Promise(resolve => query.on('end', resolve))

    const own = new OwnQuery('SELECT generate_series(1, 3)')
    expect(client.query(own)).toBe(own)
    expect(await own.result).toBe(3)
    const before = Object.keys(new OwnQuery('SELECT 1'))
    const failing = new OwnQuery('SELECT 1/0')
    client.query(failing)
    await expect(failing.result).rejects.toMatchObject({ code: '22012' })
    expect(Object.keys(failing)).toEqual(before)
    expect(Object.hasOwn(own, 'handleError')).toBe(false)
    expect(operations(instrumentation)).toEqual({ ok: 2, '22012': 1 })
  })

  it('labels failures with the SQLSTATE and passes on the very same error', async () => {
    await client.query('CREATE TEMP TABLE t (id int PRIMARY KEY)')
    await client.query('INSERT INTO t VALUES (1)')
    const error: unknown = await client.query('INSERT INTO t VALUES (1)').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(pg.DatabaseError)
    expect(error).toMatchObject({ code: '23505', table: 't' })
    await expect(client.query({ text: 'SELECT $1', values: 'no array' as never })).rejects.toThrow('must be an array')
    expect(operations(instrumentation)).toEqual({ ok: 2, '23505': 1, Error: 1 })
    expect(points(instrumentation, 'db.client.operation.duration')[0]?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.namespace': db.database,
    })
  })

  it('counts a row that cannot be parsed as one failure', async () => {
    client.setTypeParser(23, () => {
      throw new RangeError('no int')
    })
    await expect(client.query('SELECT 1 AS n')).rejects.toThrow('no int')
    expect(operations(instrumentation)).toEqual({ RangeError: 1 })
  })

  it('counts a read timeout once, though the answer comes later', async () => {
    await expect(client.query({ text: 'SELECT pg_sleep(0.2)', query_timeout: 50 } as never)).rejects.toThrow('timeout')
    await new Promise(resolve => setTimeout(resolve, 300))
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    expect(operations(instrumentation)).toEqual({ ok: 1, Error: 1 })
  })

  it('counts what a client that ends leaves behind', async () => {
    const running = client.query('SELECT pg_sleep(5)')
    const queued = client.query('SELECT 1')
    const outcomes = Promise.allSettled([running, queued])
    await client.end()
    await expect(client.query('SELECT 2')).rejects.toThrow('closed')
    expect((await outcomes).map(outcome => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(operations(instrumentation)).toEqual({ Error: 3 })
  })

  it('counts queries in a pipeline, the failed one too', async () => {
    const piped = new pg.Client({ connectionString: db.url, pipeline: true })
    await piped.connect()
    const outcomes = await Promise.allSettled([
      piped.query('SELECT 1 AS n'),
      piped.query('SELECT 1/0'),
      piped.query('SELECT $1::int AS n', [3]),
    ])
    expect(outcomes.map(outcome => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await piped.end()
    expect(operations(instrumentation)).toEqual({ ok: 2, '22012': 1 })
  })

  it('counts pool.query once per query and keeps the async context', async () => {
    const pool = new pg.Pool({ connectionString: db.url, max: 2 })
    const context = new AsyncLocalStorage<number>()
    const seen = await Promise.all(
      [1, 2, 3, 4].map(n =>
        context.run(n, async () => [(await pool.query('SELECT $1::int AS n', [n])).rows[0].n, context.getStore()]),
      ),
    )
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ])
    await pool.end()
    expect(operations(instrumentation)).toEqual({ ok: 4 })
  })

  it('leaves the rejection of a query that is not awaited to the application', async () => {
    const unhandled: unknown[] = []
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', reason => unhandled.push(reason))
    void client.query('SELEC')
    await client.query('SELECT 1')
    await new Promise(resolve => setTimeout(resolve, 20))
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
    expect(unhandled).toHaveLength(1)
  })

  it('counts in each of two instrumentations, and does not see a client that is to be ignored', async () => {
    const second = new PgInstrumentation()
    second.enable()
    await client.query('SELECT 1')
    second.ignore(client)
    await client.query('SELECT 1')
    second.disable()
    expect([operations(instrumentation), operations(second)]).toEqual([{ ok: 2 }, { ok: 1 }])
  })

  it('warns, and ignores nothing, when ignore() is called with a pool or with nothing', () => {
    const warned: string[] = []
    diag.setLogger(
      { ...console, verbose: () => {}, warn: (line: string) => void warned.push(line) },
      { suppressOverrideMessage: true },
    )
    const pool = new pg.Pool({ connectionString: db.url })
    for (const wrong of [pool, {}, null, undefined, 3]) instrumentation.ignore(wrong as object)
    diag.disable()
    expect(warned).toHaveLength(5)
    expect(warned[0]).toContain('pool.on("connect", client => instrumentation.ignore(client))')
  })

  it('counts slow statements by summary, fast ones not at all', async () => {
    const picky = new PgInstrumentation({ slowQueryThresholdMs: 50 })
    picky.enable()
    await client.query('SELECT 1')
    await client.query("SELECT relname FROM pg_class, pg_sleep(0.1) WHERE relname = 'pg_class'")
    picky.disable()
    expect(points(picky, 'homeostat.db.slow_queries')).toMatchObject([
      { value: 1, attributes: { 'db.query.summary': 'SELECT pg_class', 'db.namespace': db.database } },
    ])
    expect(picky.slowStatements.top(5)).toMatchObject([{ count: 1, summary: 'SELECT pg_class', bindValues: [[]] }])
  })

  it('costs the application nothing when it fails itself', async () => {
    const broken = new PgInstrumentation({ slowQueryThresholdMs: 0 })
    broken.slowStatements.add = () => {
      throw new Error('ours')
    }
    broken.enable()
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    broken.disable()
    expect(points(broken, 'homeostat.errors')).toMatchObject([
      { value: 1, attributes: { 'homeostat.component': 'signal' } },
    ])
  })
})
