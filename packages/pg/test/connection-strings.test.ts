import { inspect } from 'node:util'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PgInstrumentation } from '../src/index.ts'
import { addressOf, formatAddress } from '../src/signals/pool-address.ts'

/** The two halves of a password that is not encoded: neither may be seen anywhere. */
const HALVES = ['Zebra', 'Lamp']
const SEPARATORS = ['/', '@', ':', '#', '?', '%', '//', '/@', '?@', '#@', '%2F', '%40', ' ', '\\', '&', '=', ';', ',']

/** Each way a password ends up in the wrong part of what a pool is given. */
const SPELLINGS: readonly pg.PoolConfig[] = [
  { connectionString: 'postgres://svc:48/Zebra-Lamp@host/db' },
  ...SEPARATORS.flatMap(separator => [
    { connectionString: `postgres://svc:Zebra${separator}Lamp@localhost:1/db` },
    { connectionString: `postgresql://svc:48${separator}Zebra${separator}Lamp@localhost:1/db?sslmode=disable` },
  ]),
  { connectionString: 'postgres:/svc:Zebra-Lamp@localhost/db' },
  { connectionString: 'postgres:svc:Zebra-Lamp@localhost/db' },
  { connectionString: 'postgres//svc:Zebra-Lamp@localhost/db' },
  { connectionString: 'svc:Zebra-Lamp@localhost/db' },
  { connectionString: '//svc:Zebra-Lamp@localhost/db' },
  { connectionString: '/svc:Zebra-Lamp@localhost db' },
  { connectionString: '/tmp/none Zebra@Lamp' },
  { connectionString: '/tmp/none db password=Zebra-Lamp' },
  { connectionString: 'host=localhost port=1 user=svc password=Zebra-Lamp dbname=db' },
  { connectionString: 'postgres://svc:Zebra-Lamp@h1:1,h2:2/db' },
  { connectionString: 'postgres://localhost:1/db;password=Zebra-Lamp' },
  { connectionString: 'postgres://localhost:1/db&password=Zebra-Lamp' },
  { connectionString: 'postgres://localhost:1/db?password=Zebra-Lamp' },
  { connectionString: 'socket:/tmp/none?db=db&password=Zebra-Lamp' },
  { connectionString: 'socket://svc:Zebra-Lamp@/tmp/none?db=db' },
  { connectionString: 'jdbc:postgresql://localhost:1/db?user=svc&password=Zebra-Lamp' },
  { host: 'postgres://svc:Zebra-Lamp@localhost/db' },
  { host: 'localhost', port: 1, database: 'postgres://svc:Zebra-Lamp@localhost/db' },
  { host: 'svc:Zebra-Lamp@localhost', port: 1 },
  { host: 'localhost', port: 'Zebra-Lamp' as unknown as number },
  { host: '/tmp/svc:Zebra-Lamp@localhost' },
]

describe('2-61: no part of a connection string is seen that was not parsed as what it is', () => {
  let instrumentation: PgInstrumentation
  beforeEach(() => (instrumentation = new PgInstrumentation()).enable())
  afterEach(() => instrumentation.disable())

  const clean = (value: unknown): void => {
    const text = `${inspect(value, { depth: 12 })} ${JSON.stringify(value)}`
    for (const half of HALVES) expect(text).not.toContain(half)
  }

  it.each(SPELLINGS.map(options => [options]))('%j', async options => {
    clean(formatAddress(addressOf(options as Readonly<Record<string, unknown>>, {})))
    const failure = (): void => undefined
    try {
      const pool = new pg.Pool({ ...options, connectionTimeoutMillis: 50 })
      pool.on('error', failure)
      void pool.query('SELECT 1').catch(failure)
      clean(instrumentation.registry.collect())
      void pool.end().catch(failure)
      const client = new pg.Client({ ...options, connectionTimeoutMillis: 50 })
      client.on('error', failure)
      void client.query('SELECT 1').catch(failure)
      void client.connect().catch(failure)
      await new Promise(resolve => setTimeout(resolve, 60))
      void client.end().catch(failure)
    } catch {
      // The driver refuses some of them by itself.
    }
    clean(instrumentation.registry.collect())
  })

  it.each(['PGHOST', 'PGPORT', 'PGDATABASE', 'PGUSER', 'USER'])('%s holds a connection string by mistake', name => {
    clean(addressOf({}, { [name]: 'postgres://svc:Zebra-Lamp@localhost/db' }))
  })

  it.each([
    [{ connectionString: 'postgres://svc:p%40ss%2Fword@db.example:6432/shop' }, 'db.example:6432/shop'],
    [{ connectionString: 'postgres://svc:p@ss@db.example/shop' }, 'db.example:5432/shop'],
    [{ connectionString: 'postgres:///shop?host=/var/run/postgresql' }, '/var/run/postgresql:5432/shop'],
    [{ connectionString: 'postgres://svc:48/Zebra-Lamp@host/db' }, 'unknown:unknown/unknown'],
  ])('what is spelled right is reported: %j', (options, name) => {
    expect(formatAddress(addressOf(options, {}))).toBe(name)
  })
})
