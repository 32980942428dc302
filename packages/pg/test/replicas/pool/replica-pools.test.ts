import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { poolOf } from '../../../src/replicas/pool/replica-pools.ts'

/** What the clients of a replica's pool connect with. No server is asked. */
function settingsOf(replica: object | string, primary: pg.PoolConfig | pg.Pool): Record<string, unknown> {
  const pool = primary instanceof pg.Pool ? primary : new pg.Pool(primary)
  const made = poolOf(replica, pool as never) as unknown as { options: object; Client: new (options: object) => object }
  const { connectionParameters } = new made.Client(made.options) as { connectionParameters: Record<string, unknown> }
  return { ...connectionParameters, password: connectionParameters['password'] }
}

const URL_OF_PRIMARY =
  'postgres://shop:secret@one:6000/orders?options=-c%20search_path%3Dtenant&application_name=till&statement_timeout=900'
const OF_PRIMARY = {
  user: 'shop',
  password: 'secret',
  host: 'one',
  port: 6000,
  database: 'orders',
  options: '-c search_path=tenant',
  application_name: 'till',
  statement_timeout: '900',
}

describe('the pool of a replica', () => {
  it.each([
    ['nothing', {}, {}],
    ['a host', { host: 'two' }, { host: 'two' }],
    ['a port', { port: 7000 }, { port: 7000 }],
    [
      'both, and what is not set',
      { host: 'two', port: 7000, database: undefined, user: null, password: '' },
      { host: 'two', port: 7000 },
    ],
    ['a URL of a host', 'postgres://two', { host: 'two' }],
    ['a URL of a host and a port', 'postgres://two:7000', { host: 'two', port: 7000 }],
    ['a URL without a database', 'postgres://reader:pw@two', { host: 'two', user: 'reader', password: 'pw' }],
    [
      'a URL with a setting',
      'postgres://two/orders?application_name=reader',
      { host: 'two', application_name: 'reader' },
    ],
    ['a URL among options', { connectionString: 'postgres://two', max: 3 }, { host: 'two' }],
  ])('of which %s is given has the rest from the primary', (_, replica, own) => {
    expect(settingsOf(replica, { connectionString: URL_OF_PRIMARY })).toMatchObject({ ...OF_PRIMARY, ...own })
  })

  it('has the TLS of the primary, unless its own URL says something of it', () => {
    const primary = { host: 'one', ssl: { rejectUnauthorized: false } }
    expect(settingsOf('postgres://two/orders', primary)['ssl']).toEqual({ rejectUnauthorized: false })
    expect(settingsOf({ host: 'two' }, primary)['ssl']).toEqual({ rejectUnauthorized: false })
    expect(settingsOf('postgres://two/orders?sslmode=disable', primary)['ssl']).toBe(false)
  })

  it('is made of the class of pg where the application has one that is constructed in another way', () => {
    class Named extends pg.Pool {
      constructor(name: string, options: pg.PoolConfig) {
        super({ ...options, application_name: name })
      }
    }
    const primary = new Named('till', { host: 'one', port: 6000, database: 'orders', max: 4 })
    expect(settingsOf({ host: 'two' }, primary)).toMatchObject({ host: 'two', port: 6000, database: 'orders' })
    expect(poolOf({ host: 'two' }, primary as never).options).toMatchObject({ max: 4, application_name: 'till' })
  })
})
