import { Redis as Client } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startPostgres, startRedis, type Postgres, type Redis } from '../src/index.ts'
import { failureOf } from './failure.ts'
import { runProgram } from './program.ts'
import { query } from './traces.ts'

afterEach(() => vi.unstubAllEnvs())

describe('with DATABASE_URL', () => {
  let server: Postgres
  beforeEach(async () => {
    server = await startPostgres({ from: ['debian', 'embedded'], database: 'precious' })
    vi.stubEnv('DATABASE_URL', server.url)
    return () => server.stop()
  })
  const databases = async (): Promise<string[]> => {
    const rows = await query<{ datname: string }>(
      server.url,
      "SELECT datname FROM pg_database WHERE datname ~ '_' ORDER BY 1",
    )
    return rows.map(({ datname }) => datname)
  }

  it('gives every caller a database of its own on that server, and drops only that', async () => {
    const [one, two] = await Promise.all([
      startPostgres({ database: 'shop' }),
      startPostgres({ settings: { work_mem: '3MB' } }),
    ])
    expect(one).toMatchObject({ origin: 'environment', port: server.port, version: server.version })
    expect([one.database, two.database]).toEqual([
      expect.stringMatching(/^shop_/),
      expect.stringMatching(/^homeostat_/),
    ])
    expect(await query(two.url, "SELECT current_setting('work_mem') AS mem")).toEqual([{ mem: '3MB' }])
    await query(one.url, 'CREATE TABLE t (id int)')
    await one.stop()
    expect(await databases()).toEqual([two.database])
    await two.stop()
    await two.stop()
    expect(await databases()).toEqual([])
    expect(await query(server.url, 'SELECT current_database() AS db')).toEqual([{ db: 'precious' }])
  })

  it('drops the database although the program was killed, and leaves the server alone', async () => {
    await using redis = await startRedis()
    const program = runProgram(['wait'], { env: { ...process.env, REDIS_URL: redis.url } })
    const { postgres } = await program.announced
    expect(postgres.origin).toBe('environment')
    expect(await databases()).toHaveLength(1)
    program.child.kill('SIGKILL')
    await expect.poll(databases, { timeout: 20_000 }).toEqual([])
  })

  it('says which setting needs a server of our own, and leaves no database', async () => {
    await expect(startPostgres({ settings: { max_connections: '5' } })).rejects.toMatchObject({
      code: 'HOMEOSTAT_SETTING_REFUSED',
      message: expect.stringMatching(/^the server of DATABASE_URL refused the setting max_connections .+$/),
    })
    expect(await databases()).toEqual([])
  })

  it('says in one line that the password is wrong, without repeating it', async () => {
    vi.stubEnv('DATABASE_URL', server.url.replace(server.password, 'sesame'))
    const error = await failureOf(startPostgres())
    expect(error).toMatchObject({
      code: 'HOMEOSTAT_SERVICE_UNREACHABLE',
      message: expect.stringMatching(/^.*password authentication.*$/),
    })
    expect(error.message).not.toContain('sesame')
  })

  it('says in one line that the server is down', async () => {
    await server.stop()
    await expect(startPostgres()).rejects.toMatchObject({
      code: 'HOMEOSTAT_SERVICE_UNREACHABLE',
      message: expect.stringMatching(/^.*127\.0\.0\.1:\d+.*ECONNREFUSED.*$/),
    })
  })
})

describe('a malformed DATABASE_URL', () => {
  it.each([
    'localhost:5432',
    'mysql://u:sesame@h/d',
    'postgres://u:sesame@h:99999/d',
    'postgres://u:%zz@h/d',
    'postgres://[sesame',
  ])('%s gives one clear line that does not repeat it', async value => {
    vi.stubEnv('DATABASE_URL', value)
    const error = await failureOf(startPostgres())
    expect(error).toMatchObject({
      code: 'HOMEOSTAT_SERVICE_URL_MALFORMED',
      message: expect.stringMatching(/^DATABASE_URL is not a valid URL: .+ unset it .+$/),
    })
    expect(error.message).not.toContain('sesame')
  })
})

describe('with REDIS_URL', () => {
  it('uses that server and neither stops nor empties it', async () => {
    await using server = await startRedis({ from: ['path', 'debian-packages'] })
    vi.stubEnv('REDIS_URL', server.url)
    const client = new Client(server.url)
    await client.set('precious', 'kept')
    const redis = await startRedis()
    expect(redis).toMatchObject({ origin: 'environment', url: server.url, port: server.port, version: server.version })
    await redis.stop()
    expect(await client.get('precious')).toBe('kept')
    client.disconnect()
  })

  it('says in one line that the server is down', async () => {
    const server: Redis = await startRedis({ from: ['path', 'debian-packages'] })
    await server.stop()
    vi.stubEnv('REDIS_URL', server.url)
    await expect(startRedis()).rejects.toMatchObject({
      code: 'HOMEOSTAT_SERVICE_UNREACHABLE',
      message: expect.stringMatching(/^the server of REDIS_URL at 127\.0\.0\.1:\d+ cannot be used .*ECONNREFUSED.*$/),
    })
  })

  it.each(['127.0.0.1:6379', 'http://127.0.0.1:6379', 'redis://', 'redis://h:99999'])(
    '%s gives one clear line',
    async value => {
      vi.stubEnv('REDIS_URL', value)
      await expect(startRedis()).rejects.toMatchObject({
        code: 'HOMEOSTAT_SERVICE_URL_MALFORMED',
        message: expect.stringMatching(/^REDIS_URL is not a valid URL: .+$/),
      })
    },
  )
})
