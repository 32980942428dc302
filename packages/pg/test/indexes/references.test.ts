import { randomUUID } from 'node:crypto'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'

/** Roles belong to the whole server, which may have others. */
const READER = `reader_${randomUUID().slice(0, 8)}`

describe('the tables that refer to rows that are deleted', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 3 }).on('error', () => {})
    await pool.query('CREATE TABLE parent AS SELECT i AS id FROM generate_series(1, 2000) i')
    await pool.query('ALTER TABLE parent ADD PRIMARY KEY (id)')
    for (const name of ['guarded', 'locked', 'plain']) {
      await pool.query(
        `CREATE TABLE ${name} AS SELECT i AS id, 1 + i % 2000 AS parent_id, repeat('x', 40) AS pad FROM generate_series(1, 20000) i`,
      )
      await pool.query(`ALTER TABLE ${name} ADD FOREIGN KEY (parent_id) REFERENCES parent`)
    }
    // A call would wait for this lock, and the answer would be that planning took too long.
    await pool.query(
      'CREATE FUNCTION is_own(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN PERFORM pg_advisory_lock(4711); RETURN true; END$f$',
    )
    await pool.query('ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON guarded USING (is_own(1))')
    // The owner of the tables would be exempt.
    await pool.query(`CREATE ROLE ${READER}; GRANT SELECT ON guarded, locked, plain TO ${READER}`)
    await pool.query(`GRANT SELECT, DELETE ON parent TO ${READER}; ANALYZE`)
  })
  afterAll(async () => {
    await pool.query(`DROP OWNED BY ${READER}; DROP ROLE ${READER}`)
    await pool.end()
    await db.stop()
  })

  it('are examined each for itself, and no function of theirs is run', async () => {
    const blocker = await pool.connect()
    await blocker.query('SELECT pg_advisory_lock(4711)')
    await blocker.query('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE')
    const settings = { role: READER }
    const { advice, problems } = await receiptFor(pool, {
      text: 'DELETE FROM parent WHERE id = $1',
      values: [5],
      settings,
    })
    await blocker.query('ROLLBACK')
    await blocker.query('SELECT pg_advisory_unlock(4711)')
    blocker.release()
    expect(bodiesOf(advice)).toEqual(['plain (parent_id)'])
    expect(problems).toEqual([
      'SLOW: the reference of public.guarded depends on the function is_own, so it is not explained',
      'SLOW: the reference of public.locked: a lock was held for longer than 200 ms (55P03)',
    ])
    const { rows } = await pool.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")
    expect(rows).toEqual([])
  })
})
