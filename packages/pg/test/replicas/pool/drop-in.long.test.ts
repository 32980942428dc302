import { execFile } from 'node:child_process'
import Module from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PostgresReplicas } from '@homeostat/services'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { createReplicaPool } from '../../../src/replicas.ts'
import { OwnQuery } from '../../own-query.ts'
import { BALANCE, balanceOf, routedPool, untilRouted, type RoutedTestPool } from './routed.ts'
import { RoutedServers } from './routed-servers.ts'

const routed = new RoutedServers()
let servers: PostgresReplicas
let pool: RoutedTestPool
beforeAll(() => void ({ servers, pool } = routed))

describe('a routed pool', () => {
  it('is the pool that it was made of', () => {
    expect(pool).toBeInstanceOf(pg.Pool)
    expect(Object.keys(pool)).not.toContain('routing')
    expect(() => createReplicaPool({ primary: pool, replicas: [] })).toThrow(/routed already/)
    expect(() => createReplicaPool({ primary: {} as never, replicas: [] })).not.toThrow(TypeError)
  })

  it('answers by promise and by callback, with values, names, row modes and types of its own', async () => {
    const before = pool.routing.counts.routed
    expect((await pool.query(BALANCE, [1])).rows).toEqual([{ balance: 0 }])
    expect((await pool.query({ text: BALANCE, values: [1], rowMode: 'array' })).rows).toEqual([[0]])
    expect((await pool.query({ text: BALANCE, values: [1], name: 'balance' })).rows).toEqual([{ balance: 0 }])
    const types = { getTypeParser: () => (value: string) => `parsed ${value}` }
    expect((await pool.query({ text: BALANCE, values: [1], types: types as never })).rows).toEqual([
      { balance: 'parsed 0' },
    ])
    const byCallback = await new Promise(resolve => {
      expect(pool.query(BALANCE, [1], (_error, { rows }) => resolve(rows))).toBeUndefined()
    })
    expect(byCallback).toEqual([{ balance: 0 }])
    expect(pool.routing.counts.routed).toBe(before + 5)
  })

  it('hands on the error of a statement, once', async () => {
    const text = 'SELECT 1 / (balance - balance) FROM accounts WHERE id = $1'
    expect(await pool.routing.classify(text)).toBe('read')
    await expect(pool.query(text, [1])).rejects.toMatchObject({ code: '22012' })
    await expect(pool.query(BALANCE, ['x'])).rejects.toMatchObject({ code: '22P02' })
    await expect(pool.query(BALANCE, [])).rejects.toMatchObject({ code: '42P02' })
  })

  it('leaves cursors, streams and transactions on the primary', async () => {
    const isStandby = 'SELECT pg_is_in_recovery() AS yes'
    const client = await pool.connect()
    expect((await client.query(isStandby)).rows).toEqual([{ yes: false }])
    const query = new OwnQuery('SELECT * FROM accounts')
    client.query(query)
    expect(await query.result).toBe(100)
    client.release()
    expect((await pool.query(isStandby)).rows).toEqual([{ yes: false }])
  })

  it('moves nothing that needs the primary, and everything still works', async () => {
    const before = pool.routing.counts.retried
    await pool.query('CREATE UNLOGGED TABLE scratch (id int)')
    await pool.query('CREATE SEQUENCE numbers')
    for (const text of [
      'SELECT count(*) FROM scratch',
      `SELECT nextval('numbers')`,
      'SELECT * FROM accounts WHERE id = 1 FOR UPDATE',
    ])
      for (let round = 0; round < 3; round++) {
        await pool.query(text)
        await pool.routing.learned()
      }
    expect(pool.routing.counts.retried).toBe(before)
    expect(pool.routing.counts.refused.get('locking')).toBeGreaterThan(0)
  })

  it('learns a statement from its first use, and forgets when a table changes', async () => {
    const text = 'SELECT id FROM late WHERE id = 1'
    await pool.query('CREATE TABLE late (id int)')
    await pool.query(text)
    await pool.routing.learned()
    await untilRouted(pool, 'SELECT id FROM late WHERE id = $1 OR true')
    await pool.query('ALTER TABLE late SET UNLOGGED')
    for (let round = 0; round < 5; round++) {
      expect((await pool.query(text)).rows).toEqual([])
      await pool.routing.learned()
    }
    expect(await pool.routing.classify(text)).toBe('relation')
  })

  it('forgets what it has learned when a borrowed client changes a table, and only then', async () => {
    const text = 'SELECT id FROM changed WHERE id <> $1'
    await pool.query('CREATE TABLE changed (id int, temp int)')
    await servers.caughtUp()
    await untilRouted(pool, text)
    const client = await pool.connect()
    await client.query(`INSERT INTO changed (id, temp) VALUES (1, 20)`)
    expect(pool.routing.placeOf(text)).not.toBe('unknown')
    await client.query('BEGIN')
    await client.query('/* migration */ ALTER TABLE changed SET UNLOGGED')
    expect(pool.routing.placeOf(text)).toBe('unknown')
    await client.query('COMMIT')
    client.release()
    expect((await pool.query(text, [0])).rows).toEqual([{ id: 1 }])
    expect(await pool.routing.classify(text)).toBe('relation')
  })

  it('works for a user without privileges', async () => {
    await servers.primary.query(`CREATE ROLE shop_app LOGIN PASSWORD 'shop'`)
    await servers.primary.query('GRANT SELECT, UPDATE ON accounts TO shop_app')
    await servers.caughtUp()
    const asApp = (url: string): string => {
      const changed = new URL(url)
      changed.username = 'shop_app'
      changed.password = 'shop'
      return changed.href
    }
    const plain = await routedPool(servers, {
      config: { connectionString: asApp(servers.primary.url) },
      replicas: servers.replicas.map(({ port }) => ({ host: '127.0.0.1', port })),
    })
    await untilRouted(plain)
    await plain.query('UPDATE accounts SET balance = 12 WHERE id = 12')
    expect(await balanceOf(plain, 12)).toBe(12)
    expect(plain.routing.replicas.every(({ isInUse }) => isInUse)).toBe(true)
    await plain.end()
  })

  it('sets up the sessions of replicas as the application sets up those of the primary', async () => {
    await servers.primary.query('CREATE SCHEMA tenant')
    await servers.primary.query('CREATE TABLE tenant.things (name text)')
    await servers.primary.query(`INSERT INTO tenant.things VALUES ('of the tenant')`)
    await servers.caughtUp()
    const tenant = await routedPool(servers)
    tenant.on('connect', client => void client.query('SET search_path TO tenant'))
    await untilRouted(tenant, 'SELECT name FROM things WHERE name <> $1::text')
    expect((await tenant.query('SELECT name FROM things WHERE name <> $1::text', [''])).rows).toEqual([
      { name: 'of the tenant' },
    ])
    await tenant.end()
  })

  it('uses no replica where that setup cannot run, and nobody hears of it', async () => {
    const temporary = await routedPool(servers)
    const set = 'CREATE TEMPORARY TABLE IF NOT EXISTS cart (id int)'
    const setUp = async (client: pg.PoolClient): Promise<void> => {
      await client.query(set)
    }
    temporary.on('connect', client => void setUp(client))
    expect(await temporary.routing.classify(BALANCE)).toBe('read')
    for (let round = 0; round < 10; round++) expect(await balanceOf(temporary, 1)).toBe(0)
    await expect.poll(() => temporary.routing.replicas.map(({ isInUse }) => isInUse)).toEqual([false, false])
    await temporary.end()
  })

  it('ends once, with its replicas, and is a plain pool after the routing has stopped', async () => {
    const ending = await routedPool(servers)
    await untilRouted(ending)
    await ending.routing.stop()
    const before = ending.routing.counts.routed
    expect(await balanceOf(ending, 1)).toBe(0)
    expect(ending.routing.counts.routed).toBe(before)
    await ending.end()
    await expect(ending.query('SELECT 1')).rejects.toThrow(/after calling end/)
    const called = await routedPool(servers)
    await untilRouted(called)
    await new Promise<void>(resolve => {
      called.end(resolve)
    })
    await expect(called.end()).rejects.toThrow(/more than once/)
  })

  it('lets a process wait that has nothing else to do', async () => {
    const script = [
      `import { createReplicaPool } from '${new URL('../../../src/replicas.ts', import.meta.url).href}'`,
      `import pg from 'pg'`,
      `const primary = new pg.Pool({ connectionString: process.env.URL_OF_PRIMARY })`,
      `const pool = createReplicaPool({ primary, replicas: [] })`,
      `console.log(await pool.routing.classify('SELECT balance FROM accounts'))`,
      `await pool.routing.learned()`,
      `console.log('learned')`,
    ].join('\n')
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--input-type=module', '-e', script],
      {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        env: { ...process.env, URL_OF_PRIMARY: servers.primary.url },
      },
    )
    expect(stdout).toBe('read\nlearned\n')
  })

  it('moves nothing without libpg-query', async () => {
    const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown }
    const load = loader._load
    loader._load = function hide(name, ...rest) {
      if (name === 'libpg-query') throw new Error('not installed')
      return load.call(this, name, ...rest)
    }
    const plain = await routedPool(servers)
    loader._load = load
    for (let round = 0; round < 10; round++) expect(await balanceOf(plain, 1)).toBe(0)
    expect(plain.routing.counts.routed).toBe(0)
    expect(plain.routing.counts.refused.get('no_grammar')).toBe(10)
    expect(await plain.routing.classify(BALANCE)).toBe('no_grammar')
    await plain.end()
  })
})
