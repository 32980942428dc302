import { createRequire } from 'node:module'
import { startPostgres, type Postgres } from '@homeostat/services'
import type * as Pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PgInstrumentation } from '../src/index.ts'
import { operations } from './collected.ts'

const require = createRequire(import.meta.url)
// Two copies of two versions, as an ORM and the application may have them.
const copies = { own: require('pg') as typeof Pg, other: require('pg-8.11') as typeof Pg }

describe('several copies of pg', () => {
  let db: Postgres
  let instrumentation: PgInstrumentation
  beforeAll(async () => void (db = await startPostgres()))
  afterAll(() => db.stop())
  beforeEach(() => (instrumentation = new PgInstrumentation()).enable())
  afterEach(() => instrumentation.disable())

  const rowsOf = (query: Pg.Query): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      query.on('end', result => resolve(result.rows))
      query.on('error', reject)
    })

  // A Query of pg 8.23 does not run on a client of an older version, with or without us.
  it.each([
    ['own', 'own'],
    ['other', 'own'],
    ['other', 'other'],
  ] as const)('2-50: a Query of the %s copy on a client of the %s copy counts once', async (queries, clients) => {
    class Derived extends copies[queries].Query {}
    const client = new copies[clients].Client({ connectionString: db.url })
    client.on('error', () => {})
    await client.connect()
    for (const Query of [copies[queries].Query, Derived]) {
      const query = client.query(new Query('SELECT 1 AS n') as Pg.Query)
      expect(await rowsOf(query)).toEqual([{ n: 1 }])
      const prepared = client.query(new Query({ text: 'SELECT $1::int AS n', values: [2], name: 'p' }) as Pg.Query)
      expect(await rowsOf(prepared)).toEqual([{ n: 2 }])
      await expect(rowsOf(client.query(new Query('SELEC') as Pg.Query))).rejects.toMatchObject({ code: '42601' })
    }
    expect(operations(instrumentation)).toEqual({ ok: 4, '42601': 2 })
    await client.end()
  })

  it('each count once, and one may be restored and patched again', async () => {
    for (const { Pool } of Object.values(copies)) {
      const pool = new Pool({ connectionString: db.url })
      await pool.query('SELECT 1')
      await pool.end()
    }
    instrumentation.disable()
    instrumentation.enable()
    const client = new copies.own.Client({ connectionString: db.url })
    await client.connect()
    await rowsOf(client.query(new copies.other.Query('SELECT 1') as Pg.Query))
    await client.end()
    expect(operations(instrumentation)).toEqual({ ok: 3 })
  })
})
