import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'

const TEXT = 'md5(i::text)'
const TABLE = `CREATE TABLE item AS SELECT i AS id, ${TEXT} AS usual, ${TEXT} COLLATE "C" AS c, ${TEXT} COLLATE "POSIX" AS posix, ${TEXT} COLLATE "en-x-icu" AS icu
  FROM generate_series(1, 20000) i`

describe('an index for the beginning of a text', () => {
  let db: Postgres
  const pools = new Map<string, pgDriver.Pool>()

  beforeAll(async () => {
    db = await startPostgres()
    const open = (url: string): pgDriver.Pool =>
      new pgDriver.Pool({ connectionString: url, max: 2 }).on('error', () => {})
    const usual = open(db.url)
    pools.set('of the C library', usual)
    const { rows } = await usual.query<{ number: number }>(
      "SELECT current_setting('server_version_num')::int AS number",
    )
    if (rows[0]!.number >= 150_000) {
      const name = `${db.database}_icu`
      await usual.query(
        `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' LC_COLLATE 'C' LC_CTYPE 'C'`,
      )
      pools.set('of ICU', open(db.url.replace(/\/[^/?]*(?=$|\?)/, `/${name}`)))
    }
    for (const pool of pools.values()) {
      await pool.query(TABLE)
      await pool.query('ANALYZE item')
    }
  })
  afterAll(async () => {
    const icu = pools.get('of ICU')
    await icu?.end()
    const usual = pools.get('of the C library')!
    if (icu) await usual.query(`DROP DATABASE ${db.database}_icu`)
    await usual.end()
    await db.stop()
  })

  it.each([
    ['of the C library', 'c', 'item (c)'],
    ['of the C library', 'posix', 'item (posix)'],
    ['of the C library', 'icu', 'item (icu text_pattern_ops)'],
    ['of ICU', 'usual', 'item (usual text_pattern_ops)'],
    ['of ICU', 'c', 'item (c)'],
    ['of ICU', 'icu', 'item (icu text_pattern_ops)'],
  ])('has the operator class that its order needs, in a database %s: %s', async (provider, column, body) => {
    const pool = pools.get(provider)
    if (pool === undefined) return
    const text = `SELECT id FROM item WHERE ${column} LIKE 'abc%'`
    expect(bodiesOf((await receiptFor(pool, { text })).advice)).toEqual([body])
    await pool.query(`CREATE INDEX of_mine ON ${body}`)
    const { rows } = await pool.query(`EXPLAIN ${text}`)
    expect(JSON.stringify(rows)).toContain('of_mine')
    await pool.query('DROP INDEX of_mine')
  })
})
