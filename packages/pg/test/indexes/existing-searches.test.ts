import { describe, expect, it } from 'vitest'
import { AdvisedTables } from './advised-tables.ts'

const EACH = (comparison: string): string =>
  `SELECT s.id, (SELECT count(*) FROM event e WHERE e.shop_id = s.id AND ${comparison}) FROM shop s WHERE s.region = 3`

describe('a statement whose rows an index finds already', () => {
  const db = new AdvisedTables(
    [
      `CREATE TABLE event AS SELECT i AS id, i % 500 AS kind, (i * 7) % 400 AS shop_id, repeat('x', 60) AS pad FROM generate_series(1, 60000) i WHERE i % 500 <> 77`,
      'CREATE INDEX event_kind_idx ON event (kind)',
      'CREATE TABLE shop AS SELECT i AS id, i % 10 AS region FROM generate_series(1, 400) i',
      'CREATE FUNCTION counted(int) RETURNS int LANGUAGE plpgsql VOLATILE AS $f$BEGIN RETURN $1; END$f$',
      'VACUUM ANALYZE event, shop',
    ],
    { settings: { track_functions: 'all' } },
  )

  it('gets another index where that spares many', async () => {
    expect(await db.advised(EACH('e.kind = $1'), [76])).toEqual([expect.stringMatching(/^event \((?:kind, )?shop_id/)])
  })

  it('gets none where its value is nowhere in the table, although the planner expects rows', async () => {
    const text = EACH('e.kind = $1')
    const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [77])
    expect(JSON.stringify(rows)).toMatch(/event_kind_idx.*rows=1\d\d /)
    expect(await db.advised(text, [77])).toEqual([])
    expect(await db.advised(EACH('e.kind = 77'))).toEqual([])
  })

  it('gets none where the other index would spare a few rows alone', async () => {
    expect(await db.advised('SELECT pad FROM event WHERE kind = $1 AND shop_id = $2', [76, 132])).toEqual([])
  })

  it('is never executed where that calls a function', async () => {
    const calls = async (): Promise<unknown> => {
      const { rows } = await db.pool.query("SELECT calls::int FROM pg_stat_user_functions WHERE funcname = 'counted'")
      return rows[0]?.calls
    }
    await db.advised(EACH('e.kind = $1 AND e.kind = counted(76)'), [76])
    // One call of our own shows that calls are counted.
    await db.pool.query('SELECT counted(1)')
    await db.pool.query('SELECT pg_stat_force_next_flush()')
    await expect.poll(calls).toBe(1)
  })
})
