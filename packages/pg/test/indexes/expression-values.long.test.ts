import { describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { AdvisedTables, SERVERS } from './advised-tables.ts'

describe.each(SERVERS)('an index on an expression, %s', (_, options, extensions) => {
  const db = new AdvisedTables(
    [
      ...extensions,
      `CREATE TABLE parcel AS SELECT i AS id, CASE WHEN i % 3 = 0 THEN 'paid' ELSE 'sent' END AS state, 'C' || md5(i::text) AS code,
        timestamp '2025-01-01' + i * interval '1 minute' AS created, jsonb_build_object('kind', i, 'list', jsonb_build_array(i)) AS meta,
        'Name ' || md5(i::text) AS title, repeat('n', 60) AS pad FROM generate_series(1, 40000) i`,
      'CREATE TABLE person AS SELECT i AS id, md5(i::text) AS code FROM generate_series(1, 100) i',
      'CREATE FUNCTION noted(int) RETURNS text LANGUAGE plpgsql AS $f$BEGIN RETURN $1; END$f$',
      'VACUUM ANALYZE',
    ],
    { ...options, settings: { track_functions: 'all' } },
  )

  it.each([
    ["lower(state) = 'sent'", 'two thirds of the rows'],
    ["upper(state) = 'PAID'", 'a third of the rows'],
    ["date_trunc('year', created) = '2025-01-01'", 'all rows'],
    ['extract(year FROM created) = 2025', 'all rows'],
    ["(meta ->> 'gone') IS NULL", 'all rows'],
    ["to_tsvector('english', title) @@ to_tsquery('english', 'name')", 'all rows'],
    ["(meta ->> 'list')::int = 5", 'what it cannot be built for'],
    ["lower(state) = 'sent' AND upper(state) = 'SENT'", 'two thirds of the rows, twice'],
  ])('is not advised for %s, which finds %s', async (condition, _found) => {
    const { advice, effects } = await receiptFor(db.pool, { text: `SELECT count(pad) FROM parcel WHERE ${condition}` })
    expect(effects).toMatchObject({ plans: 1 })
    expect(bodiesOf(advice)).toEqual([])
  })

  it('is not advised for a join that finds a third of the rows for each row', async () => {
    const text = 'SELECT count(pad) FROM person p JOIN parcel o ON lower(o.state) = lower(p.code) WHERE p.id = 7'
    expect(bodiesOf((await receiptFor(db.pool, { text })).advice)).toEqual([])
  })

  it('calls no function that may have effects to count rows', async () => {
    const text = 'SELECT count(pad) FROM parcel WHERE lower(state) = noted(5)'
    expect(bodiesOf((await receiptFor(db.pool, { text })).advice)).toEqual([])
    await db.pool.query('SELECT noted(1)')
    const calls = async (): Promise<number> => {
      const { rows } = await db.pool.query<{ calls: string }>(
        "SELECT pg_stat_force_next_flush(), calls FROM pg_stat_user_functions WHERE funcname = 'noted'",
      )
      return Number(rows[0]?.calls)
    }
    await expect.poll(calls).toBe(1)
  })

  it.each([
    ["lower(code) = 'x'", 'parcel (lower(code))'],
    ["(meta ->> 'kind')::int = 5", "parcel ((((meta ->> 'kind'))::int4))"],
  ])('is advised where it finds few rows, and not called verified: %s', async (condition, body) => {
    const { advice } = await receiptFor(db.pool, { text: `SELECT pad FROM parcel WHERE ${condition}` })
    expect(bodiesOf(advice)).toEqual([body])
    expect(advice?.[0]?.why).toContain('not verified (the server knows no values of an expression')
    expect(advice?.[0]?.why).toContain('run ANALYZE public.parcel after it')
  })

  it('is advised for a join wherever its table stands in the statement', async () => {
    const text = 'SELECT count(pad) FROM person p JOIN parcel o ON lower(o.code) = lower(p.code) WHERE p.id = 7'
    expect(bodiesOf((await receiptFor(db.pool, { text })).advice)).toEqual(['parcel (lower(code))'])
  })
})
