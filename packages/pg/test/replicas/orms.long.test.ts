import type { PostgresReplicas } from '@homeostat/services'
import { PrismaPg } from '@prisma/adapter-pg'
import { asc, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import knex from 'knex'
import pg from 'pg'
import { DataSource, EntitySchema } from 'typeorm'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { type RoutedTestPool } from './pool/routed.ts'
import { RoutedServers } from './pool/routed-servers.ts'

const routed = new RoutedServers()
let servers: PostgresReplicas
let pool: RoutedTestPool
beforeAll(() => void ({ servers, pool } = routed))

/** Repeats a read until a replica has answered it. */
async function untilMoved<T>(read: () => Promise<T>): Promise<T> {
  return vi.waitFor(
    async () => {
      const before = pool.routing.counts.routed
      const result = await read()
      await pool.routing.learned()
      expect(pool.routing.counts.routed).toBeGreaterThan(before)
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
    const Account = new EntitySchema<{ id: number; balance: number }>({
      name: 'accounts',
      columns: { id: { type: Number, primary: true }, balance: { type: Number } },
    })
    const Pool = function PoolOfTest() {
      return pool
    }
    const source = new DataSource({
      type: 'postgres',
      driver: { ...pg, Pool },
      entities: [Account],
      url: servers.primary.url,
    })
    await source.initialize()
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
