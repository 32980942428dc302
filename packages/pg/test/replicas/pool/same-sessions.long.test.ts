import { diag, DiagLogLevel } from '@opentelemetry/api'
import { startPostgresReplicas, TcpProxy, type ClusterServer, type PostgresReplicas } from '@homeostat/services'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { routedPool, untilRouted, type RoutedTestPool } from './routed.ts'

const NAME = 'SELECT name FROM shops'
const ON_ANY = 'SELECT name FROM shops WHERE name <> $1::text OR true'

let servers: PostgresReplicas
let pool: RoutedTestPool
let lines: string[]

beforeAll(async () => {
  servers = await startPostgresReplicas({ replicas: 1, database: 'shop' })
  const { primary } = servers
  await primary.query(`CREATE TABLE shops AS SELECT 'right' AS name`)
  await primary.query('CREATE SCHEMA reader')
  await primary.query(`CREATE TABLE reader.shops AS SELECT 'of reader' AS name`)
  for (const role of ['reader', 'second']) {
    await primary.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'`)
    await primary.query(`GRANT SELECT ON shops TO ${role}`)
    await primary.query(`GRANT USAGE ON SCHEMA reader TO reader`)
  }
  const other = new pg.Client({ ...partsOf(primary), database: 'postgres' })
  await other.connect()
  await other.query(`CREATE TABLE shops AS SELECT 'of another database' AS name`)
  await other.end()
  await servers.caughtUp()
})

beforeEach(() => {
  lines = []
  const note = (line: string): void => void lines.push(line)
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
})

afterEach(async () => {
  diag.disable()
  if (!pool?.ending) await pool?.end()
})
afterAll(async () => servers?.[Symbol.asyncDispose]())

function partsOf({ url, port }: ClusterServer): {
  host: string
  port: number
  user: string
  password: string
  database: string
} {
  const { username, password } = new URL(url)
  return { host: '127.0.0.1', port, user: username, password: decodeURIComponent(password), database: 'shop' }
}

/** Names that many reads show, on whichever server. */
async function namesRead(): Promise<string[]> {
  expect(await pool.routing.classify(NAME)).toBe('read')
  const names = new Set<string>()
  for (let round = 0; round < 20; round++) names.add((await pool.query(NAME)).rows[0].name)
  return [...names]
}

describe('a replica whose connections', () => {
  const replica = (): ReturnType<typeof partsOf> => partsOf(servers.replicas[0]!)

  it.each([
    ['lead to another database', { database: 'postgres' }, 'database'],
    ['belong to a user with a schema of its own', { user: 'reader', password: 'pw' }, 'user'],
    ['have another search path', { options: '-c search_path=reader' }, 'search_path'],
    ['are in another time zone', { options: '-c TimeZone=Asia/Tokyo' }, 'TimeZone'],
    ['write dates in another way', { options: '-c DateStyle=SQL' }, 'DateStyle'],
  ])('%s is not used, and one line says why', async (_, own, difference) => {
    pool = await routedPool(servers, { replicas: [{ ...replica(), ...own }] })
    expect(await namesRead()).toEqual(['right'])
    expect(pool.routing.replicas[0]!.isInUse).toBe(false)
    expect(pool.routing.counts.routed).toBe(0)
    expect(lines.filter(line => line.includes(`in: ${difference}`))).toHaveLength(1)
  })

  it.each([
    ['a URL without a database', () => servers.replicas[0]!.url.replace('/shop', '')],
    ['options that are not set', () => ({ ...replica(), database: undefined, user: undefined, password: undefined })],
    ['a user of its own without a schema', () => ({ ...replica(), user: 'second', password: 'pw' })],
  ])('are given by %s read what those of the primary read', async (_, given) => {
    pool = await routedPool(servers, { replicas: [given()] })
    await untilRouted(pool, ON_ANY)
    expect(await namesRead()).toEqual(['right'])
    expect(lines).toEqual([])
  })

  it('are given by an address alone have the options in the URL of the primary', async () => {
    const { host, port } = replica()
    for (const given of [{ host, port }, servers.replicas[0]!.url]) {
      const config = { connectionString: `${servers.primary.url}?options=-c%20search_path%3Dreader` }
      pool = await routedPool(servers, { replicas: [given], config })
      await untilRouted(pool, ON_ANY)
      expect(await namesRead()).toEqual(['of reader'])
      await pool.end()
    }
  })
})

describe('code of the application', () => {
  it('that sets up a connection at each checkout does so on replicas too', async () => {
    let tenant = 'reader'
    pool = await routedPool(servers)
    pool.on('acquire', client => void client.query(`SET search_path TO ${tenant}`))
    await untilRouted(pool, ON_ANY)
    expect(await namesRead()).toEqual(['of reader'])
    tenant = 'public'
    expect(await namesRead()).toEqual(['right'])
    expect(pool.routing.counts.routed).toBeGreaterThan(20)
  })

  it('hears of each connection as often as it comes and goes', async () => {
    const open = new Set<unknown>()
    pool = await routedPool(servers)
    pool.on('connect', client => void open.add(client))
    pool.on('remove', client => void open.delete(client))
    await untilRouted(pool, ON_ANY)
    expect(open.size).toBeGreaterThan(0)
    await pool.end()
    await expect.poll(() => open.size).toBe(0)
  })

  it.each([
    [
      'a class with a query() of its own',
      () => {
        class Upper extends pg.Pool {
          override async query(...args: unknown[]): Promise<never> {
            const result = await (super.query as (...given: unknown[]) => Promise<pg.QueryResult>)(...args)
            return { ...result, rows: result.rows.map(({ name }) => ({ name: `upper ${name}` })) } as never
          }
        }
        return new Upper(partsOf(servers.primary))
      },
      'upper right',
    ],
    [
      'a query() around that of the pool',
      () => {
        const made = new pg.Pool(partsOf(servers.primary))
        const query = made.query as (...args: unknown[]) => Promise<pg.QueryResult>
        made.query = async (...args: unknown[]) => {
          const result = await query.apply(made, args)
          return { ...result, rows: result.rows.map(({ name }) => ({ name: `wrapped ${name}` })) } as never
        }
        return made
      },
      'wrapped right',
    ],
    [
      'a connect() around that of the pool',
      () => {
        const made = new pg.Pool(partsOf(servers.primary))
        const connect = made.connect.bind(made) as (callback: (...args: unknown[]) => void) => void
        made.connect = ((callback: (...args: unknown[]) => void) =>
          connect((error, client, release) => {
            if (error) return callback(error, client, release)
            ;(client as pg.Client).query('SET search_path TO reader', () => callback(error, client, release))
          })) as never
        return made
      },
      'of reader',
    ],
  ])('runs for every read where it is %s', async (_, make, expected) => {
    pool = await routedPool(servers, { primary: make() })
    expect(await namesRead()).toEqual([expected])
    expect(pool.routing.counts.refused.get('wrapped')).toBe(20)
    expect(lines.filter(line => line.includes('its own query()'))).toHaveLength(1)
  })
})

describe('a replica of another cluster', () => {
  it('is not read while the primary is away at the start, nor when it comes', async () => {
    const { password } = partsOf(servers.primary)
    await using others = await startPostgresReplicas({ replicas: 1, database: 'shop', password })
    await others.primary.query(`CREATE TABLE shops AS SELECT 'of another cluster' AS name`)
    // It is ahead of the primary, so that no position tells them apart.
    await others.primary.query('CREATE TABLE ahead AS SELECT i FROM generate_series(1, 100000) i')
    await others.caughtUp()
    await using proxy = await TcpProxy.to({ host: '127.0.0.1', port: servers.primary.port })
    proxy.set('cut')
    const config = { ...partsOf(servers.primary), connectionString: undefined as never, port: proxy.port }
    pool = await routedPool(servers, { replicas: others.replicas.map(({ url }) => url), config, answerMs: 200 })
    expect(pool.routing.replicas[0]!.isInUse).toBe(false)
    proxy.set('open')
    const names = new Set<string>()
    await expect
      .poll(
        async () => {
          names.add(
            await pool.query(NAME).then(
              ({ rows }) => rows[0].name as string,
              () => 'away',
            ),
          )
          return pool.routing.counts.refused.get('no_replica') ?? 0
        },
        { timeout: 20_000, interval: 2 },
      )
      .toBeGreaterThan(200)
    expect([...names]).not.toContain('of another cluster')
    expect(pool.routing.counts.routed).toBe(0)
    // The address of the primary leads to the other cluster, and back.
    const lead = async (to: ClusterServer, isInUse: boolean): Promise<void> => {
      proxy.lead({ host: '127.0.0.1', port: to.port })
      proxy.set('cut')
      proxy.set('open')
      // A replica that was given up comes back with a read.
      const afterRead = async (): Promise<boolean> => {
        await pool.query(NAME).catch(() => {})
        return pool.routing.replicas[0]!.isInUse
      }
      await expect.poll(afterRead, { timeout: 20_000 }).toBe(isInUse)
    }
    await lead(others.primary, true)
    await lead(servers.primary, false)
    expect(await namesRead()).toEqual(['right'])
  })
})
