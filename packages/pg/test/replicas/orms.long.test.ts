import type { PostgresReplicas } from '@homeostat/services'
import { PrismaPg } from '@prisma/adapter-pg'
import { asc, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import knex from 'knex'
import pg from 'pg'
import { DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { OwnQuery } from '../own-query.ts'
import { BALANCE, routedPool, untilRouted, type RoutedTestPool } from './pool/routed.ts'
import { RoutedServers } from './pool/routed-servers.ts'

const routed = new RoutedServers()
let servers: PostgresReplicas
let pool: RoutedTestPool
beforeAll(() => void ({ servers, pool } = routed))

/** Repeats a read until a replica has answered it. */
async function untilMoved<T>(read: () => Promise<T>, by: RoutedTestPool = pool): Promise<T> {
  return vi.waitFor(
    async () => {
      const before = by.routing.counts.routed
      const result = await read()
      await by.routing.learned()
      expect(by.routing.counts.routed).toBeGreaterThan(before)
      return result
    },
    { timeout: 20_000, interval: 20 },
  )
}

/** No read may move, and every one has to see the write before it. */
const pauseAll = async (): Promise<void> => {
  for (const replica of servers.replicas) await replica.pauseReplay()
}
const resumeAll = async (): Promise<void> => {
  for (const replica of servers.replicas) await replica.resumeReplay()
  await servers.caughtUp()
}

const Account = new EntitySchema<{ id: number; balance: number }>({
  name: 'accounts',
  columns: { id: { type: Number, primary: true }, balance: { type: Number } },
})

/** TypeORM, which makes its pool itself, with this one in its place. */
function typeormOn(own: RoutedTestPool): Promise<DataSource> {
  const Pool = function PoolOfTest() {
    return own
  }
  const driver = { ...pg, Pool }
  return new DataSource({ type: 'postgres', driver, entities: [Account], url: servers.primary.url }).initialize()
}

describe('drizzle', () => {
  it('reads from replicas, sees its writes, and keeps transactions on the primary', async () => {
    const accounts = pgTable('accounts', { id: integer().primaryKey(), balance: integer().notNull() })
    const db = drizzle({ client: pool })
    const one = () => db.select().from(accounts).where(eq(accounts.id, 20)).orderBy(asc(accounts.id))
    expect(await untilMoved(one)).toEqual([{ id: 20, balance: 0 }])
    await pauseAll()
    await db.update(accounts).set({ balance: 1 }).where(eq(accounts.id, 20))
    expect(await one()).toEqual([{ id: 20, balance: 1 }])
    await db.transaction(async transaction => {
      await transaction.update(accounts).set({ balance: 2 }).where(eq(accounts.id, 20))
      expect(await transaction.select().from(accounts).where(eq(accounts.id, 20))).toEqual([{ id: 20, balance: 2 }])
    })
    expect(await one()).toEqual([{ id: 20, balance: 2 }])
    await resumeAll()
  })
})

describe("Prisma's adapter", () => {
  it('reads from replicas, sees its writes, and keeps transactions on the primary', async () => {
    const adapter = await new PrismaPg(pool).connect()
    const statement = (sql: string) => ({
      sql,
      args: [21],
      argTypes: [{ scalarType: 'int' as const, arity: 'scalar' as const }],
    })
    const balance = async (): Promise<unknown> =>
      (
        await adapter.queryRaw(
          statement(
            'SELECT "public"."accounts"."balance" FROM "public"."accounts" WHERE "public"."accounts"."id" = $1 LIMIT 1 OFFSET 0',
          ),
        )
      ).rows[0]
    expect(await untilMoved(balance)).toEqual([0])
    await pauseAll()
    await adapter.executeRaw(statement('UPDATE "public"."accounts" SET "balance" = 5 WHERE "id" = $1'))
    expect(await balance()).toEqual([5])
    const transaction = await adapter.startTransaction()
    await transaction.executeRaw(statement('UPDATE "public"."accounts" SET "balance" = 6 WHERE "id" = $1'))
    await transaction.executeRaw({ sql: 'COMMIT', args: [], argTypes: [] })
    await transaction.commit()
    expect(await balance()).toEqual([6])
    await resumeAll()
  })
})

describe('knex', () => {
  it('borrows its connections, so that nothing moves and everything works', async () => {
    const db = knex({ client: 'pg', connectionPool: pool })
    const before = pool.routing.counts.routed
    await pauseAll()
    await db('accounts').where({ id: 22 }).update({ balance: 3 })
    expect(await db('accounts').where({ id: 22 })).toEqual([{ id: 22, balance: 3 }])
    await db.transaction(async transaction => transaction('accounts').where({ id: 22 }).increment('balance', 1))
    expect((await pool.query('SELECT balance FROM accounts WHERE id = $1', [22])).rows).toEqual([{ balance: 4 }])
    expect(pool.routing.counts.routed).toBe(before)
    await db.destroy()
    await resumeAll()
  })
})

describe('TypeORM', () => {
  it('borrows its connections, so that nothing moves and everything works', async () => {
    const source = await typeormOn(pool)
    const before = pool.routing.counts.routed
    await pauseAll()
    const accounts = source.getRepository(Account)
    await accounts.update({ id: 23 }, { balance: 7 })
    expect(await accounts.findOneBy({ id: 23 })).toEqual({ id: 23, balance: 7 })
    await source.transaction(manager => manager.update(Account, { id: 23 }, { balance: 8 }))
    expect(await accounts.findOneBy({ id: 23 })).toEqual({ id: 23, balance: 8 })
    expect(pool.routing.counts.routed).toBe(before)
    await resumeAll()
  })
})

describe('clients that are lent without a connection', () => {
  let lazy: RoutedTestPool
  beforeAll(async () => {
    lazy = await routedPool(servers, { lazyClients: true, config: { max: 3 } })
    await untilRouted(lazy)
  })
  afterAll(() => lazy.end())
  const routedBy = (): number => lazy.routing.counts.routed
  const isOnPrimary = { rows: [{ yes: false }] }
  const WHERE = 'SELECT pg_is_in_recovery() AS yes'

  it('let knex read from replicas, see its writes, stream, and keep transactions on the primary', async () => {
    const db = knex({ client: 'pg', connectionPool: lazy })
    const one = () => db('accounts').where({ id: 30 })
    expect(await untilMoved(one, lazy)).toEqual([{ id: 30, balance: 0 }])
    await pauseAll()
    await db('accounts').where({ id: 30 }).update({ balance: 3 })
    expect(await one()).toEqual([{ id: 30, balance: 3 }])
    await db.transaction(async transaction => {
      await transaction('accounts').where({ id: 30 }).increment('balance', 1)
      expect(await transaction('accounts').where({ id: 30 })).toEqual([{ id: 30, balance: 4 }])
    })
    expect(await one()).toEqual([{ id: 30, balance: 4 }])
    await expect(db.raw('SELECT no_such_column')).rejects.toMatchObject({ code: '42703' })
    await lazy.routing.run(async () => {
      await db('accounts').where({ id: 30 }).update({ balance: 5 })
      expect(await one()).toEqual([{ id: 30, balance: 5 }])
    })
    await resumeAll()
    expect(await untilMoved(one, lazy)).toEqual([{ id: 30, balance: 5 }])
    await db.destroy()
  })

  it('let TypeORM read from replicas, see its writes, and keep transactions on the primary', async () => {
    const source = await typeormOn(lazy)
    const accounts = source.getRepository(Account)
    const one = () => accounts.findOneBy({ id: 31 })
    expect(await untilMoved(one, lazy)).toEqual({ id: 31, balance: 0 })
    await pauseAll()
    await accounts.update({ id: 31 }, { balance: 7 })
    expect(await one()).toEqual({ id: 31, balance: 7 })
    await source.transaction(async manager => {
      await manager.update(Account, { id: 31 }, { balance: 8 })
      expect(await manager.findOneBy(Account, { id: 31 })).toEqual({ id: 31, balance: 8 })
    })
    expect(await one()).toEqual({ id: 31, balance: 8 })
    await resumeAll()
    expect(await untilMoved(one, lazy)).toEqual({ id: 31, balance: 8 })
  })

  it('are waited for when the pool ends, and run what they still have to', async () => {
    const ending = await routedPool(servers, { lazyClients: true, config: { max: 3 } })
    await untilRouted(ending)
    const clients = [await ending.connect(), await ending.connect()] as const
    await clients[0].query(BALANCE, [1])
    let isEnded = false
    const ended = ending.end().then(() => (isEnded = true))
    await expect(ending.connect()).rejects.toThrow('Cannot use a pool after calling end on the pool')
    for (const client of clients) {
      expect((await client.query('UPDATE accounts SET balance = balance WHERE id = 1')).rowCount).toBe(1)
      expect((await client.query(BALANCE, [1])).rows).toHaveLength(1)
      await expect(ending.query(BALANCE, [1])).rejects.toThrow('Cannot use a pool after calling end on the pool')
      expect(isEnded).toBe(false)
      client.release()
    }
    await ended
    expect(ending.ended).toBe(true)
  })

  it('move the first read only outside of contexts, and stay on the primary from the first other statement on', async () => {
    await untilRouted(lazy)
    const client = await lazy.connect()
    const before = routedBy()
    expect((await client.query(BALANCE, [1])).rows).toEqual([{ balance: 0 }])
    expect(routedBy()).toBe(before + 1)
    expect(lazy.totalCount - lazy.idleCount).toBe(0)
    expect((await client.query(BALANCE, [1])).rows).toEqual([{ balance: 0 }])
    expect(lazy.totalCount - lazy.idleCount).toBe(1)
    expect(await client.query(WHERE)).toMatchObject(isOnPrimary)
    client.release()
    expect(() => client.release()).toThrow(/already been released/)
    await lazy.routing.run(async () => {
      const reader = await lazy.connect()
      for (let read = 0; read < 3; read++) await reader.query(BALANCE, [1])
      expect(lazy.totalCount - lazy.idleCount).toBe(0)
      await reader.query('BEGIN')
      expect((await reader.query(BALANCE, [1])).rows).toEqual([{ balance: 0 }])
      expect(await reader.query(WHERE)).toMatchObject(isOnPrimary)
      await reader.query('COMMIT')
      reader.release()
    })
    expect(lazy.totalCount - lazy.idleCount).toBe(0)
  })

  it('run statements in the order in which they were sent, also when nobody waits for them, and release after them', async () => {
    const client = await lazy.connect()
    const order: string[] = []
    const all = [
      client.query(BALANCE, [32]).then(({ rows }) => order.push(`read ${rows[0].balance}`)),
      client.query('UPDATE accounts SET balance = 1 WHERE id = 32').then(() => order.push('written')),
      client.query(BALANCE, [32]).then(({ rows }) => order.push(`read ${rows[0].balance}`)),
    ]
    client.release()
    await Promise.all(all)
    expect(order).toEqual(['read 0', 'written', 'read 1'])
    await expect.poll(() => lazy.totalCount - lazy.idleCount).toBe(0)
    await expect(client.query('SELECT 1')).rejects.toThrow(/released/)
    // A pool that would keep one of them runs dry.
    for (let round = 0; round < 10; round++) {
      const next = await lazy.connect()
      await next.query('SELECT 1 FROM accounts WHERE id = 1 FOR UPDATE')
      next.release()
    }
  })

  it('pass on events, cursors and callbacks', async () => {
    const client = await lazy.connect()
    expect(client).toBeInstanceOf(pg.Client)
    expect(client.escapeIdentifier('a b')).toBe('"a b"')
    const heard = new Promise(resolve => {
      client.on('notification', ({ payload }) => resolve(payload))
    })
    const query = new OwnQuery('SELECT * FROM accounts')
    client.query(query)
    expect(await query.result).toBe(100)
    await client.query('LISTEN lazy')
    await servers.primary.query(`NOTIFY lazy, 'heard'`)
    expect(await heard).toBe('heard')
    await client.query('UNLISTEN lazy')
    const answer = new Promise(resolve => {
      client.query('SELECT 7 AS n', (_error, { rows }) => resolve(rows))
    })
    expect(await answer).toEqual([{ n: 7 }])
    client.release()
    const byCallback = await new Promise((resolve, reject) => {
      lazy.connect((error, borrowed, release) => {
        if (error) return reject(error)
        borrowed!.query(BALANCE, [1], (_failure, { rows }) => {
          release()
          resolve(rows)
        })
      })
    })
    expect(byCallback).toEqual([{ balance: 0 }])
  })
})
