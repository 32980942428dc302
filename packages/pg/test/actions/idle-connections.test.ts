import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createIdleConnections, createPoolReapIdle } from '../../src/domain.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { operations } from '../collected.ts'

describe('closing idle pool connections', () => {
  let db: Postgres
  let instrumentation: PgInstrumentation
  beforeAll(async () => void (db = await startPostgres()))
  afterAll(() => db.stop())
  beforeEach(() => (instrumentation = new PgInstrumentation()).enable())
  afterEach(() => instrumentation.disable())

  const firing = { alert: 'ServerConnectionsShort', labels: {}, annotations: {}, value: 1, since: 0 }
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

  it('pool.reapIdle closes idle connections and none that is handed out', async () => {
    const action = createPoolReapIdle(instrumentation, { pauseMs: 1 })
    const pool = await idlePool(4)
    const held = await pool.connect()
    expect(action.unready?.(firing)).toBeUndefined()
    expect((await action.run({ ...context(), firing, options: undefined })).effects).toEqual({ connections: 2 })
    expect((await held.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    held.release()
    ;(await pool.connect()).release(true)
    expect(action.unready?.(firing)).toBe('no pool of this process has more than one idle connection')
    await pool.end()
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

  const HANDLERS: Record<string, (pool: pg.Pool, run: (client: pg.PoolClient) => void) => unknown> = {
    acquire: (pool, run) => pool.on('acquire', run),
    connect: (pool, run) => pool.on('connect', run),
    release: (pool, run) => pool.on('release', (_error, client) => run(client as pg.PoolClient)),
    remove: (pool, run) => pool.on('remove', client => run(client as pg.PoolClient)),
    'the end of a client': (pool, run) =>
      pool.once('connect', client => {
        for (const each of (pool as unknown as { _clients: pg.PoolClient[] })._clients)
          each.on('end', () => run(client))
      }),
    'notifications of its clients': (pool, run) => {
      for (const { client } of (pool as unknown as { _idle: { client: pg.PoolClient }[] })._idle)
        client.on('notification', () => run(client))
    },
  }
  it.each(Object.entries(HANDLERS))(
    '2-03: leaves a pool alone whose application handles %s, and no handler runs',
    async (_event, handle) => {
      const pool = await idlePool(6)
      let runs = 0
      handle(pool, client => {
        runs++
        client.query('SELECT 1').catch(() => undefined)
      })
      pool.emit('connect', (pool as unknown as { _clients: unknown[] })._clients[0])
      runs = 0
      const { effects, problems } = await reclaim()
      expect({ effects, runs, idle: pool.idleCount }).toEqual({ effects: { connections: 0 }, runs: 0, idle: 6 })
      expect(problems).toEqual([expect.stringContaining('the application handles')])
      pool.removeAllListeners()
      pool.on('error', () => {})
      for (const { client } of (pool as unknown as { _idle: { client: pg.PoolClient }[] })._idle)
        client.removeAllListeners('end')
      await pool.end()
    },
  )

  it('2-03: an error handler of the pool, onConnect, verify and a limited lifetime are no obstacle and do not run', async () => {
    let runs = 0
    const run = (): void => void runs++
    const pool = await idlePool(6, {
      maxLifetimeSeconds: 600,
      onConnect: run,
      verify: (_client: unknown, done: () => void) => (run(), done()),
      log: run,
    } as pg.PoolConfig)
    pool.on('error', run)
    runs = 0
    expect(await reclaim()).toEqual({ summary: 'closed 5 idle connections of 1 pool', effects: { connections: 5 } })
    await new Promise(resolve => setTimeout(resolve, 100))
    expect([runs, pool.totalCount]).toEqual([0, 1])
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await pool.end()
  })

  it('2-03: a connection that is handed out is never closed, whenever it is asked for', async () => {
    const pool = await idlePool(8)
    const handedOut: pg.PoolClient[] = []
    const taking = (async () => {
      for (let n = 0; n < 6; n++) {
        handedOut.push(await pool.connect())
        await new Promise(resolve => setTimeout(resolve, 1))
      }
    })()
    await Promise.all([reclaim(), taking])
    for (const client of handedOut) expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    for (const client of handedOut) client.release()
    await pool.end()
  })

  it('2-03: leaves pools and clients of the application own classes alone', async () => {
    class OwnPool extends pg.Pool {
      _remove(client: unknown): void {
        ;(super['_remove' as never] as (client: unknown) => void).call(this, client)
      }
    }
    class OwnClient extends pg.Client {
      override end(...args: []): Promise<void> {
        return super.end(...args)
      }
    }
    class PlainPool extends pg.Pool {}
    const fill = async (pool: pg.Pool): Promise<pg.Pool> => {
      pool.on('error', () => {})
      const clients = await Promise.all(Array.from({ length: 4 }, () => pool.connect()))
      for (const client of clients) client.release()
      return pool
    }
    const own = await fill(new OwnPool({ connectionString: db.url }))
    const clients = await fill(new pg.Pool({ connectionString: db.url, Client: OwnClient } as pg.PoolConfig))
    const plain = await fill(new PlainPool({ connectionString: db.url }))
    const { effects, problems } = await reclaim()
    expect([effects, own.totalCount, clients.totalCount, plain.totalCount]).toEqual([{ connections: 3 }, 4, 4, 1])
    expect(problems).toEqual([
      'the idle connections of one pool stay open: its class has methods of the application',
      'the idle connections of one pool stay open: its clients are not of the JavaScript driver alone',
    ])
    await Promise.all([own.end(), clients.end(), plain.end()])
  })
})
