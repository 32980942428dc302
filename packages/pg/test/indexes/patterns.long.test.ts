import { describe, expect, it } from 'vitest'
import { AdvisedTables, SERVERS } from './advised-tables.ts'

describe.each(SERVERS)('an index for patterns, %s', (_, options, extensions) => {
  const db = new AdvisedTables(
    [
      ...extensions,
      'CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions; CREATE EXTENSION citext',
      `CREATE TABLE person AS SELECT i AS id, 'user' || i || '@example.org' AS email, ('User' || i || '@Example.org')::citext AS mail, md5(i::text) AS name,
        repeat('n', 80) AS pad FROM generate_series(1, 60000) i`,
      'VACUUM ANALYZE',
    ],
    options,
  )

  const advised = (condition: string, values: readonly unknown[] = []): Promise<string[]> =>
    db.advised(`SELECT pad FROM person WHERE ${condition}`, values)

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
    await db.pool.query(`CREATE INDEX of_mine ON ${body}`)
    const { rows } = await db.pool.query(`EXPLAIN SELECT pad FROM person WHERE ${condition}`)
    expect(JSON.stringify(rows)).toContain('of_mine')
    expect(await advised(condition)).toEqual([])
    await db.pool.query('DROP INDEX of_mine')
  })
})
