import { createRequire } from 'node:module'
import { startPostgres, type Postgres } from '@homeostat/services'
import type * as Pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { RoutablePool } from '../../../src/replicas/pool/driver-shapes.ts'
import { LazyClient } from '../../../src/replicas/pool/lazy-client.ts'

const require = createRequire(import.meta.url)
const versions = { own: require('pg') as typeof Pg, other: require('pg-8.11') as typeof Pg }

let db: Postgres
beforeAll(async () => {
  db = await startPostgres()
  const client = new versions.own.Client({ connectionString: db.url })
  await client.connect()
  await client.query('CREATE TABLE few (version text PRIMARY KEY)')
  await client.end()
})
afterAll(() => db.stop())

describe.each(['own', 'other'] as const)('a client without a connection, of the %s copy of pg', version => {
  /** Its reads are the statements that begin with SELECT. */
  function lazyClient(): Pg.PoolClient {
    const pool = new versions[version].Pool({ connectionString: db.url, max: 2 })
    const routable = pool as unknown as RoutablePool
    const { client } = new LazyClient({
      pool: routable,
      isInContext: () => true,
      onlyReads: config => String((config as { text?: unknown }).text ?? config).startsWith('SELECT'),
      query: args => routable.query(...args),
      connect: callback => routable.connect(callback),
      onReturn() {},
    })
    onTestFinished(async () => {
      client.release?.()
      await pool.end()
    })
    return client as unknown as Pg.PoolClient
  }

  it('leaves the object of a statement as it is, so that a later failure reaches who awaits it', async () => {
    const client = lazyClient()
    const insert = { name: `insert-${version}`, text: 'INSERT INTO few VALUES ($1)' }
    await client.query(insert, [version])
    expect(Object.keys(insert)).toEqual(['name', 'text'])
    await expect(client.query(insert, [version])).rejects.toMatchObject({ code: '23505' })
  })

  it('refuses at once a statement that is missing', async () => {
    const client = lazyClient()
    for (const nothing of [undefined, null])
      expect(() => client.query(nothing as never)).toThrow('Client was passed a null or undefined query')
    expect((await client.query('VALUES (1)')).rowCount).toBe(1)
  })

  it('calls the callback that a statement brings along', async () => {
    const client = lazyClient()
    for (const text of ['SELECT 1 AS n', 'VALUES (2)', 'VALUES (3)']) {
      const rows = await new Promise((resolve, reject) => {
        const callback = (error: Error | null, result: Pg.QueryResult): void =>
          error ? reject(error) : resolve(result.rows)
        expect(client.query({ text, callback } as Pg.QueryConfig)).toBeUndefined()
      })
      expect(rows).toHaveLength(1)
    }
  })
})
