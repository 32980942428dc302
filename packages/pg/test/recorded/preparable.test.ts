import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preparable } from '../../src/recorded/preparable.ts'

describe('a text of pg_stat_statements', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 1 }).on('error', () => {})
    await pool.query('CREATE TABLE t (id int, made_at timestamptz, day date, name text, ref uuid, total numeric)')
  })
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  it.each([
    "SELECT * FROM t WHERE made_at > now() - interval '1 day'",
    "SELECT * FROM t WHERE made_at > now() - INTERVAL '7' DAY AND id = 4",
    "SELECT * FROM t WHERE day = date '2026-01-01' LIMIT 5",
    "SELECT extract(year FROM made_at) FROM t WHERE made_at >= timestamp with time zone '2026-01-01 00:00Z'",
    "SELECT * FROM t WHERE ref = uuid 'c4ca4238-a0b9-2382-0dcc-509a6f75849b' AND total > numeric '1.5'",
    "SELECT * FROM t WHERE made_at < timestamptz(3) '2026-01-01' AND name = 'interval $1'",
    "SELECT id FROM t WHERE id IN (1, 2, 3) AND name LIKE 'a%' ORDER BY 1 LIMIT 3 OFFSET 2",
    'SELECT "date $1" FROM (SELECT name AS "date $1" FROM t) own WHERE "date $1" = \'x\'',
  ])('can be prepared: %s', async text => {
    await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()')
    await pool.query(text)
    const { rows } = await pool.query<{ query: string }>(
      "SELECT query FROM pg_stat_statements WHERE query ~* ' t | t\\)' AND query !~ 'pg_stat'",
    )
    expect(rows).toHaveLength(1)
    await pool.query(`PREPARE recorded AS ${preparable(rows[0]!.query)}`)
    await pool.query('DEALLOCATE recorded')
  })
})
