import { expect, it } from 'vitest'
import { adviseOnRecorded } from '../../src/advice.ts'
import { RecordedDatabase } from './recorded-database.ts'

const db = new RecordedDatabase()

/** The advice for a statement whose values are gone. */
async function adviceFor(text: string): Promise<{ readonly indexes: readonly string[]; readonly problems: string }> {
  await db.send('SELECT pg_stat_statements_reset()')
  await db.send(text)
  const { indexes, problems } = await adviseOnRecorded({ connection: { connectionString: db.server.url } })
  return { indexes: indexes.map(({ table, definition }) => `${table} ${definition}`), problems: problems.join() }
}

it('takes values of its own type for a document and an array', async () => {
  await db.pool
    .query(`CREATE TABLE page AS SELECT i AS id, jsonb_build_object('k', i % 5000, 'source', 'ad') AS meta, ARRAY['t' || i % 9000] AS tags, repeat('n', 200) AS pad
    FROM generate_series(1, 50000) i`)
  // Else the rows are counted as written after ANALYZE.
  await db.pool.query('SELECT pg_stat_force_next_flush()')
  await db.pool.query('ANALYZE page')
  expect(await adviceFor(`SELECT id FROM page WHERE meta @> '{"k": 5}'`)).toEqual({
    indexes: ['public.page USING gin (meta jsonb_path_ops)'],
    problems: '',
  })
  expect((await adviceFor("SELECT id FROM page WHERE tags @> ARRAY['t77']")).indexes).toEqual([
    'public.page USING gin (tags)',
  ])
})

it('says what to do where the types of values are gone with them', async () => {
  const text = "SELECT count(*) FROM sale WHERE made_at < date '2026-01-03' + 1"
  expect((await adviceFor(text)).problems).toMatch(/read the log of the server, which has them \(42725\)$/)
})
