import { describe, expect, it } from 'vitest'
import { AdvisedTables, SERVERS } from './advised-tables.ts'
import { receiptFor } from './advice-of.ts'
import { runInOrder } from './run-in-order.ts'

describe.each(SERVERS)('an index on an expression, %s', (_, options, extensions) => {
  const db = new AdvisedTables(
    [
      ...extensions,
      'CREATE EXTENSION IF NOT EXISTS pg_trgm',
      `CREATE TABLE letter AS SELECT i AS id, timestamptz '2026-01-01' + i * interval '5 minutes' AS sent_at, timestamp '2026-01-01' + i * interval '5 minutes' AS made_at,
        jsonb_build_object('key', i, 'inner', jsonb_build_object('k' || i, 1)) AS meta, ARRAY['t' || i, 'u' || i] AS tags, (i * 31) % 60000 AS a, md5(i::text) AS code, ('n' || i)::varchar(20) AS slug,
        i % 500 <> 0 AS is_shown FROM generate_series(1, 60000) i`,
      'ALTER TABLE letter ADD PRIMARY KEY (id)',
      'VACUUM ANALYZE',
    ],
    options,
  )

  it.each([
    ['a::text', '77'],
    ['id::text', '77'],
    ['slug::text', 'n77'],
    ['lower(slug)', 'n77'],
    ["(sent_at AT TIME ZONE 'UTC')::date", '2026-03-03'],
    ["date_trunc('hour', sent_at AT TIME ZONE 'Europe/Berlin')", '2026-03-03'],
    ['date(made_at)', '2026-03-03'],
    ['made_at::time', '10:00'],
    ['EXTRACT(epoch FROM made_at)', 1_770_000_000],
    ['substring(code FROM 1 FOR 5)', 'abcde'],
    ['trim(code)', 'abcde'],
    ["trim(leading '-' from code)", 'abcde'],
    ["meta ->> 'key'", '77'],
    ["(meta ->> 'key')::int", 77],
    ["(meta ->> 'key')::bigint + a", 77],
    ["meta['key']", '77'],
    ['tags[2]', 'u77'],
    ['greatest(a, id)', 5],
    ['coalesce(a, 0)', 5],
    ['code || slug', 'x'],
    ['slug COLLATE "C"', 'n77'],
  ])('is known once somebody has built it: %s', async (expression, value) => {
    const text = `SELECT is_shown FROM letter WHERE ${expression} = $1`
    const { advice = [] } = await receiptFor(db.pool, { text, values: [value] })
    expect(advice).toHaveLength(1)
    const [{ statement, undo }] = advice as unknown as [{ statement: string; undo: string }]
    await runInOrder(db.pool, [statement])
    // The planner has no statistics of it yet, and may not use it.
    expect(await db.advised(text, [value])).toEqual([])
    await db.pool.query(undo)
  })

  it('is another one than that on its column, or on another cast of it', async () => {
    await db.pool.query(
      "CREATE INDEX own ON letter (a); CREATE INDEX text ON letter ((meta ->> 'key')); ANALYZE letter",
    )
    expect(await db.advised('SELECT is_shown FROM letter WHERE a::text = $1', ['77'])).toEqual(['letter (((a)::text))'])
    expect(await db.advised("SELECT is_shown FROM letter WHERE (meta ->> 'key')::int = $1", [77])).toEqual([
      "letter ((((meta ->> 'key'))::int4))",
    ])
    await db.pool.query('DROP INDEX own, text')
  })
})
