import type { Action, Advice } from '@homeostat/optimizer'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createQueryOptimize, type QueryOptimizeOptions } from '../../src/domain.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { originOfPool } from '../../src/signals/origin.ts'

describe('advice is reported as followed', () => {
  let db: Postgres
  let pool: pgDriver.Pool
  let instrumentation: PgInstrumentation
  let action: Action<QueryOptimizeOptions>

  const rows = (count: number): string =>
    `AS SELECT i AS id, i / 200 AS ref, repeat('x', 40) AS pad FROM generate_series(1, ${count}) i`
  beforeAll(async () => {
    db = await startPostgres()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
    await pool.query('CREATE SCHEMA large; CREATE SCHEMA small')
    await pool.query(`CREATE TABLE large.item ${rows(20_000)}; CREATE TABLE small.item ${rows(10)}`)
    await pool.query(`CREATE TABLE other ${rows(20_000)}; CREATE TABLE written ${rows(60_000)}`)
    await pool.query(`CREATE TABLE going ${rows(3)}`)
    await pool.query('ANALYZE')
  })
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })
  beforeEach(() => {
    instrumentation = new PgInstrumentation()
    action = createQueryOptimize(instrumentation)
  })

  const wasSlow = (text: string, values: unknown[], searchPath?: string, durationMs = 100): void => {
    const session = searchPath === undefined ? {} : { settings: { search_path: searchPath } }
    const run = { text, summary: 'SLOW', values, durationMs, origin: originOfPool(pool as never), ...session }
    instrumentation.slowStatements.add(run, Date.now())
  }
  const adviceGiven = async (): Promise<readonly Advice[]> => {
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
    const { signal } = new AbortController()
    const receipt = await action.run({ firing, options: undefined, now: Date.now(), signal, sliceMs: 5 })
    return receipt.advice ?? []
  }
  const followed = async (advice: readonly Advice[]): Promise<readonly Advice[]> =>
    (await action.followed?.(advice, { signal: new AbortController().signal })) ?? []

  it('only where the statement means the same table', async () => {
    const text = 'SELECT * FROM item WHERE ref = $1'
    wasSlow(text, [5], 'large')
    const advice = await adviceGiven()
    expect(advice).toHaveLength(1)
    // Without the setting of its session it would be planned for a table that hardly costs anything.
    await pool.query(`CREATE TABLE public.item ${rows(10)}`)
    expect(await followed(advice)).toEqual([])
    // The same text on a small table, and slower.
    wasSlow(text, [5], 'small', 10_000)
    expect(await followed(advice)).toEqual([])
    await pool.query('CREATE INDEX of_mine ON large.item (ref)')
    expect(await followed(advice)).toEqual(advice)
  })

  it('only where the plan is cheap for all values that it was slow with', async () => {
    const text = 'SELECT * FROM other WHERE ref = $1 AND $2::bool'
    wasSlow(text, [5, true])
    const advice = await adviceGiven()
    expect(advice).toHaveLength(1)
    wasSlow(text, [5, false])
    expect(await followed(advice)).toEqual([])
  })

  it('whatever the rows cost that the statement writes', async () => {
    wasSlow('UPDATE written SET pad = $2 WHERE ref = $1', [5, 'y'])
    const advice = await adviceGiven()
    expect(advice).toHaveLength(1)
    await pool.query('DELETE FROM written WHERE id % 20 < 9')
    await pool.query('VACUUM (FULL, ANALYZE) written')
    expect(await followed(advice)).toEqual([])
    await pool.query('CREATE INDEX ON written (ref)')
    expect(await followed(advice)).toEqual(advice)
  })

  it('also beside a statement that the server plans no more', async () => {
    wasSlow('SELECT o.* FROM other o, going g WHERE o.ref = $1', [5], undefined, 10_000)
    const [first] = await adviceGiven()
    wasSlow('SELECT * FROM other WHERE pad = $1', ['y'])
    const advice = await adviceGiven()
    expect(advice).toHaveLength(2)
    expect(advice[0]).toMatchObject({ statement: first?.statement })
    await pool.query('DROP TABLE going')
    await pool.query('CREATE INDEX ON other (pad)')
    expect(await followed(advice)).toEqual([advice[1]])
  })

  it('never by planning what may run a function that somebody has written since', async () => {
    await pool.query('CREATE VIEW seen AS SELECT * FROM other')
    wasSlow('SELECT * FROM seen WHERE ref = $1', [5])
    const advice = await adviceGiven()
    expect(advice).toHaveLength(1)
    await pool.query(
      'CREATE FUNCTION never() RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN false; END$f$; CREATE OR REPLACE VIEW seen AS SELECT * FROM other LIMIT CASE WHEN never() THEN 9 ELSE 0 END',
    )
    expect(await followed(advice)).toEqual([])
  })
})
