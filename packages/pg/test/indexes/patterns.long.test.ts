import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { runInOrder } from './run-in-order.ts'

describe.each([
  ['with hypopg', { hypopg: true }],
  ['on the newest server', { from: ['embedded' as const] }],
])('an index for patterns, %s', (_, options) => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres(options)
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
    await runInOrder(pool, [
      'CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions; CREATE EXTENSION citext',
      `CREATE TABLE person AS SELECT i AS id, 'user' || i || '@example.org' AS email, ('User' || i || '@Example.org')::citext AS mail, md5(i::text) AS name,
        repeat('n', 80) AS pad FROM generate_series(1, 60000) i`,
      ...('hypopg' in options ? ['CREATE EXTENSION hypopg'] : []),
      'VACUUM ANALYZE',
    ])
  }, 60_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  const advised = async (condition: string, values: readonly unknown[] = []): Promise<string[]> =>
    bodiesOf((await receiptFor(pool, { text: `SELECT pad FROM person WHERE ${condition}`, values })).advice)

  it.each([
    ["name LIKE '%zz%'", 'two letters'],
    ["name LIKE '%z'", 'one letter'],
    ["email ILIKE '%qx%'", 'two letters in any case'],
    ["email LIKE '_s_r_7_@%'", 'no three letters in a row'],
    ["email LIKE '_ser_7@%'", 'three letters that are in each row'],
    ["email LIKE '%example%' AND name <> 'x'", 'letters that are in each row'],
    ["name ~ '^(a|b)c'", 'branches of a regular expression'],
    ["email NOT ILIKE '%user77@%'", 'what does not contain a text'],
    ["email LIKE concat('us', '%')", 'a beginning that is not known when it is planned'],
    ["mail LIKE '%r777@%'", 'what no index of its type serves'],
    ["mail ILIKE '%r777@%'", 'what no index of its type serves'],
    ["mail LIKE 'user77@%'", 'what no index of its type serves'],
  ])('is not advised for %s: %s', async condition => {
    expect(await advised(condition)).toEqual([])
  })

  it.each([
    ["email LIKE '%r7777@%'", 'person USING gin (email extensions.gin_trgm_ops)'],
    ["email ILIKE '%SER7777@%'", 'person USING gin (email extensions.gin_trgm_ops)'],
    ["email LIKE concat('user7777@', '%')", 'person USING gin (email extensions.gin_trgm_ops)'],
    ["email ~* 'user7777@'", 'person USING gin (email extensions.gin_trgm_ops)'],
    ["mail = 'user77@example.org'", 'person (mail)'],
  ])('is advised, names the schema of its extension, and is used: %s', async (condition, body) => {
    expect(await advised(condition)).toEqual([body])
    await pool.query(`CREATE INDEX of_mine ON ${body}`)
    const { rows } = await pool.query(`EXPLAIN SELECT pad FROM person WHERE ${condition}`)
    expect(JSON.stringify(rows)).toContain('of_mine')
    expect(await advised(condition)).toEqual([])
    await pool.query('DROP INDEX of_mine')
  })
})
