import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PostgresNotFoundError, ServerStartError, startPostgres, type Postgres } from '../src/index.ts'
import { failureOf } from './failure.ts'
import { leftovers, postgresTraces, query } from './traces.ts'

const ORIGINS = ['debian', 'embedded'] as const

/** A machine may have only one of the two; the test says so and goes on. */
async function startFrom(origin: (typeof ORIGINS)[number], skip: (note: string) => never): Promise<Postgres> {
  return startPostgres({ from: [origin], database: 'shop', settings: { max_connections: '17' } }).catch(error => {
    if (error instanceof PostgresNotFoundError && origin === 'debian') return skip(error.message)
    throw error
  })
}

describe.each(ORIGINS)('a %s Postgres', origin => {
  it('answers queries in the named database, with the asked settings, and says who it is', async ({ skip }) => {
    await using postgres = await startFrom(origin, skip)
    const [row] = await query<Record<string, string>>(
      postgres.url,
      "SELECT current_database() AS db, current_setting('max_connections') AS most, current_setting('fsync') AS fsync, version() AS version",
    )
    expect(row).toMatchObject({ db: 'shop', most: '17', fsync: 'off' })
    expect(row?.['version']).toContain(postgres.version)
    expect(postgres).toMatchObject({ origin, host: '127.0.0.1', database: 'shop', user: 'postgres' })
  })

  it('counts statements once the extension is created', async ({ skip }) => {
    await using postgres = await startFrom(origin, skip)
    await query(postgres.url, 'CREATE EXTENSION pg_stat_statements')
    await query(postgres.url, 'SELECT 40 + 2')
    const rows = await query<{ calls: string }>(
      postgres.url,
      "SELECT calls FROM pg_stat_statements WHERE query = 'SELECT $1 + $2'",
    )
    expect(rows).toEqual([{ calls: '1' }])
  })

  it('leaves no process and no folder behind when stopped, and can be stopped twice', async ({ skip }) => {
    const postgres = await startFrom(origin, skip)
    const traces = await postgresTraces(postgres.url)
    expect(existsSync(traces.folder)).toBe(true)
    await Promise.all([postgres.stop(), postgres.stop()])
    expect(await leftovers([traces], 0)).toEqual([])
  })
})

describe('startPostgres', () => {
  it('refuses a wrong password', async () => {
    await using postgres = await startPostgres()
    const url = postgres.url.replace(postgres.password, 'wrong')
    await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  })

  it('runs two servers at once that know nothing of each other', async () => {
    const [one, two] = await Promise.all([startPostgres(), startPostgres()])
    await using _one = one
    await using _two = two
    await query(one.url, 'CREATE TABLE only_here (id int)')
    await expect(query(two.url, 'SELECT * FROM only_here')).rejects.toMatchObject({ code: '42P01' })
    expect(one.port).not.toBe(two.port)
  })

  it('restarts a server on the same port with the same password', async () => {
    const first = await startPostgres()
    await first.stop()
    await using second = await startPostgres({ port: first.port, password: first.password })
    expect(second.url).toBe(first.url)
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('says in one line that a port asked for is taken', async () => {
    await using postgres = await startPostgres()
    await expect(startPostgres({ port: postgres.port })).rejects.toMatchObject({
      code: 'HOMEOSTAT_PORT_TAKEN',
      message: expect.stringMatching(new RegExp(`^port ${postgres.port} on 127.0.0.1 is already in use: .+$`)),
    })
  })

  it('says in one line why a server did not start', async () => {
    const failure = await failureOf(startPostgres({ settings: { shared_buffers: 'much' } }))
    expect(failure).toBeInstanceOf(ServerStartError)
    expect(failure.message).toMatch(/^postgres ended while starting .*shared_buffers.*$/)
  })

  it('reports its progress to the log it is given', async () => {
    const lines: string[] = []
    await using postgres = await startPostgres({ log: line => lines.push(line) })
    expect(lines.at(-1)).toMatch(new RegExp(`^postgres .+ on port ${postgres.port} after \\d+ ms$`))
  })
})
