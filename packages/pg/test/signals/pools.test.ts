import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type Postgres } from '@homeostat/services'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PgInstrumentation } from '../../src/index.ts'
import { addressOf, formatAddress } from '../../src/signals/pool-address.ts'
import { level, points } from '../collected.ts'

const COUNT = 'db.client.connection.count'
const NAME = 'db.client.connection.pool.name'
const STATE = 'db.client.connection.state'

describe('connection pools', () => {
  let db: Postgres
  beforeAll(async () => void (db = await startPostgres()))
  afterAll(() => db.stop())

  const pool = (options: pg.PoolConfig = {}): pg.Pool =>
    new pg.Pool({ connectionString: db.url, ...options }).on('error', () => {})

  async function measured(
    work: (instrumentation: PgInstrumentation) => Promise<void>,
    instrumentation = new PgInstrumentation(),
  ): Promise<void> {
    instrumentation.enable()
    try {
      await work(instrumentation)
    } finally {
      instrumentation.disable()
    }
  }

  it('reports used, idle, pending and limit per pool, also for two pools of one name', async () => {
    await measured(async instrumentation => {
      const [first, second] = [pool({ max: 2 }), pool({ max: 5 })]
      const clients = [await first.connect(), await first.connect()]
      const waiting = first.connect()
      await second.query('SELECT 1')
      const name = `127.0.0.1:${db.port}/${db.database}`
      const read = (of: string) => ({
        used: level(instrumentation, COUNT, { [NAME]: of, [STATE]: 'used' }),
        idle: level(instrumentation, COUNT, { [NAME]: of, [STATE]: 'idle' }),
        pending: level(instrumentation, 'db.client.connection.pending_requests', { [NAME]: of }),
        limit: level(instrumentation, 'db.client.connection.limit', { [NAME]: of }),
      })
      expect(read(name)).toEqual({ used: 2, idle: 0, pending: 1, limit: 2 })
      expect(read(`${name}#2`)).toEqual({ used: 0, idle: 1, pending: 0, limit: 5 })

      for (const client of clients) client.release()
      ;(await waiting).release()
      expect(read(name)).toEqual({ used: 0, idle: 2, pending: 0, limit: 2 })
      await Promise.all([first.end(), second.end()])
      expect(points(instrumentation, COUNT)).toEqual([])

      const third = pool()
      await third.query('SELECT 1')
      expect(read(name).limit).toBe(10)
      await third.end()
    })
  })

  it('finds a pool that was in use before it was enabled, at its next use', async () => {
    const early = pool()
    await early.query('SELECT 1')
    await measured(async instrumentation => {
      expect(instrumentation.pools).toEqual([])
      await early.query('SELECT 1')
      expect(instrumentation.pools).toEqual([early])
    })
    await early.end()
  })

  it('takes the name the application gives, and its own when that fails', async () => {
    await measured(
      async instrumentation => {
        const [named, unnamed] = [pool({ max: 7 }), pool({ max: 3 })]
        await Promise.all([named.query('SELECT 1'), unnamed.query('SELECT 1')])
        const names = points(instrumentation, 'db.client.connection.limit').map(({ attributes }) => attributes[NAME])
        expect(names).toEqual(['orders', `127.0.0.1:${db.port}/${db.database}`])
        await Promise.all([named.end(), unnamed.end()])
      },
      new PgInstrumentation({
        poolName: ({ options }) => {
          if (options.max === 7) return 'orders'
          throw new Error('no name')
        },
      }),
    )
  })

  it('does not keep a pool from being collected', async () => {
    await measured(async instrumentation => {
      await (async () => void (await pool({ idleTimeoutMillis: 1 }).query('SELECT 1')))()
      const collect = (globalThis as { gc?: () => void }).gc
      if (collect === undefined) return
      for (let tries = 0; tries < 50 && instrumentation.pools.length > 0; tries++) {
        await sleep(20)
        collect()
      }
      expect(instrumentation.pools).toEqual([])
    })
  })
})

describe('the default name of a pool', () => {
  it.each([
    [{ connectionString: 'postgres://me:hunter2@db.example:6432/shop?sslmode=require' }, 'db.example:6432/shop'],
    [{ connectionString: 'postgres://me:hunter2@db.example' }, 'db.example:5432/me'],
    [{ connectionString: 'socket:/var/run?db=shop' }, '/var/run:5432/shop'],
    [{ connectionString: '/var/run shop' }, '/var/run:5432/shop'],
    [{ connectionString: 'postgres://%2Fvar%2Frun/shop' }, '/var/run:5432/shop'],
    [{ host: 'db', port: 1, database: 'shop', user: 'me', password: 'hunter2' }, 'db:1/shop'],
    [{ connectionString: 'not a url with hunter2' }, 'localhost:5432/postgres'],
    [{}, 'localhost:5432/postgres'],
  ])('%j', (options, name) => expect(formatAddress(addressOf(options, {}))).toBe(name))

  it('follows the environment as pg does', () => {
    expect(formatAddress(addressOf({}, { PGHOST: 'h', PGPORT: '1', PGDATABASE: 'd' }))).toBe('h:1/d')
  })
})
