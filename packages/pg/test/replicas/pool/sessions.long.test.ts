import type { PostgresReplicas } from '@homeostat/services'
import pg from 'pg'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createReplicaPool } from '../../../src/replicas.ts'
import { balanceOf, BALANCE, routedPool, untilRouted, type RoutedTestPool } from './routed.ts'
import { RoutedServers } from './routed-servers.ts'

const routed = new RoutedServers()
let servers: PostgresReplicas
let pool: RoutedTestPool
beforeAll(() => void ({ servers } = routed))

afterEach(async () => {
  for (const replica of servers.replicas) await replica.resumeReplay()
  if (!pool?.ending) await pool?.end()
})

const place = (): string => pool.routing.placeOf(BALANCE)

describe('a pool of one connection', () => {
  it('reads in the transaction that query() has begun, until it is over', async () => {
    pool = await routedPool(servers, { config: { max: 1 } })
    await untilRouted(pool)
    for (const end of ['ROLLBACK', 'COMMIT']) {
      // Not awaited: the read is sent behind it.
      void pool.query('BEGIN')
      expect(place()).toBe('session')
      await pool.query('UPDATE accounts SET balance = balance + 1 WHERE id = 20')
      const inside = await balanceOf(pool, 20)
      await servers.primary.query('UPDATE accounts SET balance = balance WHERE id = 21')
      await servers.caughtUp()
      expect(await balanceOf(pool, 20)).toBe(inside)
      await pool.query(end)
      expect(place()).not.toBe('session')
      expect(await balanceOf(pool, 20)).toBe(end === 'COMMIT' ? inside : inside - 1)
    }
    await untilRouted(pool)
  })

  it('reads with the settings that query() has made, until they are taken back or the connection has ended', async () => {
    await servers.primary.query('CREATE SCHEMA other')
    await servers.primary.query(
      'CREATE TABLE other.accounts AS SELECT i AS id, 77 AS balance FROM generate_series(1, 9) i',
    )
    await servers.caughtUp()
    pool = await routedPool(servers, { config: { max: 1, idleTimeoutMillis: 500 } })
    await untilRouted(pool)
    for (const [set, reset] of [
      ['SET search_path TO other', 'RESET search_path'],
      [`SELECT set_config('search_path', 'other', false)`, 'DISCARD ALL'],
      ['/* tenant */ SET search_path TO other', 'RESET ALL'],
    ]) {
      await pool.query(set!)
      for (let round = 0; round < 5; round++) expect(await balanceOf(pool, 1)).toBe(77)
      expect(place()).toBe('session')
      await pool.query(reset!)
      expect(place()).not.toBe('session')
      expect(await balanceOf(pool, 1)).toBe(0)
    }
    await pool.query('SET search_path TO other')
    expect(place()).toBe('session')
    await expect.poll(place, { timeout: 20_000 }).not.toBe('session')
    expect(await balanceOf(pool, 1)).toBe(0)
  })

  it('moves its reads although borrowed clients have transactions and settings of their own', async () => {
    pool = await routedPool(servers, { config: { max: 2 } })
    await untilRouted(pool)
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query(`SET LOCAL search_path TO other`)
    expect(place()).not.toBe('session')
    await client.query('COMMIT')
    client.release()
    expect(place()).not.toBe('session')
  })
})

describe('a client that was lent before the pool was routed', () => {
  it.each([
    [
      'writes',
      async () => {},
      (client: pg.PoolClient) => client.query('UPDATE accounts SET balance = 5 WHERE id = 30'),
    ],
    [
      'commits what it has written before',
      async (client: pg.PoolClient) => {
        await client.query('BEGIN')
        await client.query('UPDATE accounts SET balance = 6 WHERE id = 30')
      },
      (client: pg.PoolClient) => client.query('COMMIT'),
    ],
  ])('is followed where it %s', async (_, before, after) => {
    const primary = new pg.Pool({ connectionString: servers.primary.url, max: 3 })
    const client = await primary.connect()
    await before(client)
    const expected = before.length === 0 ? 5 : 6
    pool = createReplicaPool({ primary, replicas: servers.replicas.map(({ url }) => url), pollMs: 20 })
    await pool.routing.ready
    await untilRouted(pool)
    for (const replica of servers.replicas) await replica.pauseReplay()
    await after(client)
    expect(await balanceOf(pool, 30)).toBe(expected)
    client.release()
  })

  it('is followed where somebody waited for it', async () => {
    const primary = new pg.Pool({ connectionString: servers.primary.url, max: 1 })
    const first = await primary.connect()
    const waiting = primary.connect()
    pool = createReplicaPool({ primary, replicas: servers.replicas.map(({ url }) => url), pollMs: 20 })
    await pool.routing.ready
    expect(await pool.routing.classify(BALANCE)).toBe('read')
    first.release(true)
    // The connection is a new one.
    const client = await waiting
    for (const replica of servers.replicas) await replica.pauseReplay()
    await client.query('UPDATE accounts SET balance = 8 WHERE id = 31')
    setTimeout(() => client.release(), 200)
    expect(await balanceOf(pool, 31)).toBe(8)
    for (const replica of servers.replicas) await replica.resumeReplay()
    await untilRouted(pool)
  })
})
