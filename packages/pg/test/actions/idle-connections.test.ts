import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createIdleConnections } from '../../src/domain.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { operations } from '../collected.ts'

describe('closing idle pool connections', () => {
  let db: Postgres
  let instrumentation: PgInstrumentation
  beforeAll(async () => void (db = await startPostgres()))
  afterAll(() => db.stop())
  beforeEach(() => (instrumentation = new PgInstrumentation()).enable())
  afterEach(() => instrumentation.disable())

  const context = (signal = AbortSignal.timeout(10_000)) => ({ now: Date.now(), signal, sliceMs: 5 })
  const idlePool = async (connections: number, options: pg.PoolConfig = {}): Promise<pg.Pool> => {
    const pool = new pg.Pool({ connectionString: db.url, max: 10, ...options }).on('error', () => {})
    const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()))
    for (const client of clients) client.release()
    return pool
  }
  const reclaim = (signal?: AbortSignal) =>
    createIdleConnections(instrumentation, { pauseMs: 1 }).reclaim(context(signal))

  it('closes all but one, or down to the minimum of the pool, and counts no query', async () => {
    const pool = await idlePool(4)
    const sized = await idlePool(4, { min: 3 })
    expect((await reclaim()).effects).toEqual({ connections: 4 })
    expect([pool.totalCount, sized.totalCount]).toEqual([1, 3])
    expect(operations(instrumentation)).toEqual({})
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await Promise.all([pool.end(), sized.end()])
  })

  it('closes at most 8 in one run', async () => {
    const pool = await idlePool(10)
    expect((await reclaim()).effects).toEqual({ connections: 8 })
    await pool.end()
  })

  it('leaves a pool alone that somebody waits for, and lets every request through meanwhile', async () => {
    const pool = await idlePool(2, { max: 2 })
    const held = [await pool.connect(), await pool.connect()]
    const waiting = pool.connect()
    expect((await reclaim()).effects).toEqual({ connections: 0 })
    for (const client of held) client.release()
    ;(await waiting).release()

    const requests = Array.from({ length: 50 }, (_, n) => pool.query('SELECT $1::int AS n', [n]))
    const [, ...answers] = await Promise.all([reclaim(), ...requests])
    expect(answers.map(answer => answer.rows[0].n)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    await pool.end()
  })

  it('stops when it is aborted', async () => {
    const pool = await idlePool(4)
    expect((await reclaim(AbortSignal.abort())).effects).toEqual({ connections: 0 })
    await pool.end()
    expect((await reclaim()).effects).toEqual({ connections: 0 })
  })
})
