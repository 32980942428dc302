import { describe, expect, it } from 'vitest'
import { AdvisedTables, NEWEST, SERVERS } from './advised-tables.ts'
import { bodiesOf, receiptFor } from './advice-of.ts'

const REMOTE = `CREATE EXTENSION postgres_fdw; CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
  CREATE USER MAPPING FOR CURRENT_USER SERVER elsewhere`

describe.each(SERVERS)('an index that is advised can be built, %s', (_, options, extensions) => {
  const db = new AdvisedTables(
    [
      ...extensions,
      // One word of 9.6 kB.
      `CREATE TABLE story AS SELECT i AS id, ARRAY[md5(i::text), CASE WHEN i = 777 THEN (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 300) n) ELSE 'x' END] AS words,
        ARRAY[md5(i::text), 'x'] AS short FROM generate_series(1, 20000) i`,
      REMOTE,
      'CREATE TABLE spread (id int, ref int, pad text) PARTITION BY RANGE (id)',
      ...[0, 1].map(
        n => `CREATE TABLE spread_${n} PARTITION OF spread FOR VALUES FROM (${n * 50000}) TO (${n * 50000 + 50000})`,
      ),
      "CREATE FOREIGN TABLE spread_far PARTITION OF spread FOR VALUES FROM (100000) TO (200000) SERVER elsewhere OPTIONS (table_name 'far')",
      "INSERT INTO spread SELECT i, i % 20000, repeat('x', 60) FROM generate_series(0, 99999) i",
      'ANALYZE story, spread_0, spread_1',
    ],
    options,
  )

  it('has no element that is too long for it', async () => {
    const values = [['c4ca4238a0b923820dcc509a6f75849b']]
    const advised = (column: string): Promise<string[]> =>
      db.advised(`SELECT id FROM story WHERE ${column} @> $1`, values)
    expect(await advised('words')).toEqual([])
    await expect(db.pool.query('CREATE INDEX ON story USING gin (words)')).rejects.toMatchObject({ code: '54000' })
    expect(await advised('short')).toEqual(['story USING gin (short)'])
  })

  it('is created at once where a partition is foreign, and becomes valid', async () => {
    const sent = { text: 'SELECT * FROM spread WHERE ref = 5 AND id < 100000' }
    const { advice } = await receiptFor(db.pool, sent)
    expect(bodiesOf(advice)).toEqual([expect.stringMatching(/^spread \(ref/)])
    expect(advice?.[0]?.why).toContain('nobody can write to it while the index is built')
    await db.pool.query(advice![0]!.statement!)
    const { rows } = await db.pool.query('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid')
    expect(rows).toEqual([])
    expect((await receiptFor(db.pool, sent)).advice).toBeUndefined()
    await db.pool.query(/undo it with (.*)$/.exec(advice![0]!.why)![1]!)
  })
})

describe('hypopg', () => {
  const db = new AdvisedTables(
    [
      "CREATE TABLE ticket AS SELECT i AS id, i % 20000 AS ref, repeat('x', 60) AS pad FROM generate_series(1, 100000) i",
      'CREATE ROLE clerk',
      'GRANT ALL ON SCHEMA public TO clerk; GRANT ALL ON ticket TO clerk',
      'CREATE SCHEMA kept; CREATE EXTENSION hypopg SCHEMA kept',
      'ANALYZE ticket',
    ],
    { hypopg: true },
  )

  it.each([
    ['its schema', 'SELECT 1'],
    ['its functions', 'GRANT USAGE ON SCHEMA kept TO clerk; REVOKE ALL ON ALL FUNCTIONS IN SCHEMA kept FROM PUBLIC'],
  ])('is not asked where the user may not use %s, and the advice says so', async (_, change) => {
    await db.pool.query(change)
    const text = 'SELECT * FROM ticket WHERE ref = 5'
    const { advice } = await receiptFor(db.pool, { text, settings: { role: 'clerk' } })
    expect(bodiesOf(advice)).toEqual(['ticket (ref)'])
    expect(advice?.[0]?.why).toContain('not verified (this user may not use hypopg (42501))')
    expect((await receiptFor(db.pool, { text })).advice?.[0]?.why).toContain('verified with hypopg')
  })
})

// Postgres computes columns at the time of reading from version 18 on.
describe('on the newest server', () => {
  const db = new AdvisedTables(
    [
      'CREATE TABLE computed (id int, a int, b int GENERATED ALWAYS AS (a % 20000) VIRTUAL, c int GENERATED ALWAYS AS (a % 15000) STORED)',
      'INSERT INTO computed SELECT i, i FROM generate_series(1, 100000) i',
      'VACUUM ANALYZE computed',
    ],
    NEWEST,
  )

  it('no index is advised for a column that is computed when it is read', async () => {
    const advised = (rest: string): Promise<string[]> => db.advised(`SELECT id FROM computed ${rest}`)
    expect(await advised('WHERE b = 5')).toEqual([])
    expect(await advised('WHERE b + 1 = 5')).toEqual([])
    expect(await advised('WHERE b IS NULL')).toEqual([])
    expect(await advised('ORDER BY b LIMIT 5')).toEqual([])
    await expect(db.pool.query('CREATE INDEX ON computed (b)')).rejects.toMatchObject({ code: '0A000' })
    expect(await advised('WHERE c = 5')).toEqual(['computed (c)'])
  })
})
