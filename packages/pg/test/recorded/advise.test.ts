import { createReadStream } from 'node:fs'
import { expect, it } from 'vitest'
import { adviseOnRecorded, type RecordedAdvice, type RecordedAdviceOptions } from '../../src/advice.ts'
import { RecordedDatabase } from './recorded-database.ts'

const db = new RecordedDatabase()

const advise = (options: RecordedAdviceOptions = {}): Promise<RecordedAdvice> =>
  adviseOnRecorded({ connection: { connectionString: db.server.url }, ...options })
const shown = ({ indexes }: RecordedAdvice): readonly string[] =>
  indexes.map(({ table, definition }) => `${table} ${definition}`)

it('reads pg_stat_statements, whose literals are gone', async () => {
  for (let at = 0; at < 5; at++) await db.send(`SELECT * FROM sale WHERE buyer_id = ${at} LIMIT 7`)
  await db.send(
    "SELECT * FROM sale WHERE state = 'open' AND made_at > timestamptz '2026-02-20' - interval '1 day' ORDER BY made_at LIMIT 3",
  )
  await db.send("SELECT count(*) FROM sale WHERE state = 'open'")
  const advice = await advise()
  expect(advice.problems).toEqual([])
  expect(shown(advice).toSorted()).toEqual(['public.sale (buyer_id)', 'public.sale (made_at)'])
  const index = advice.indexes.find(({ definition }) => definition === '(buyer_id)')!
  expect(index).toMatchObject({
    calls: 5,
    valuesAreKnown: false,
    isVerified: false,
    statements: ['SELECT sale'],
    create: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS homeostat_sale__buyer_id_idx ON public.sale (buyer_id)',
    undo: 'DROP INDEX CONCURRENTLY public.homeostat_sale__buyer_id_idx',
    written: { updated: 0, deleted: 0 },
    foundRows: 10,
  })
  expect(index.savedMs).toBeGreaterThan(index.totalMs / 2)
  expect(index.savedMs).toBeLessThan(index.totalMs)
})

it('changes nothing, and the indexes that it advises are found the next time', async () => {
  const relations = 'SELECT relname FROM pg_class ORDER BY oid'
  const before = (await db.pool.query(relations)).rows
  await advise()
  expect((await db.pool.query(relations)).rows).toEqual(before)
})

it.each(['log', 'csv', 'json'])('reads the values of a log in the format %s', async ending => {
  await db.send('SELECT pg_stat_statements_reset()')
  await db.send('SELECT *\nFROM sale\nWHERE code = $1 AND (note <> $2 OR $2 IS NULL)', ["it's", null])
  await db.send('SELECT * FROM other.sale WHERE buyer_id = 5 /* last */')
  await db.logged('/* last */')
  const advice = await advise({ log: createReadStream(db.logFile(ending)) })
  expect(advice.indexes.find(({ definition }) => definition === '(code)')).toMatchObject({
    table: 'public.sale',
    valuesAreKnown: true,
    statements: ['SELECT sale'],
  })
  expect(shown(advice)).toContain('other.sale (buyer_id)')
  expect(shown(await advise({ log: createReadStream(db.logFile(ending)), schemas: ['other'] }))).toEqual([
    'other.sale (buyer_id)',
  ])
})

it('never shows a value, a literal or the address of the database', async () => {
  await db.send("SELECT * FROM sale WHERE code = 'secret-literal'")
  await db.send('SELECT * FROM sale WHERE code = $1 AND state = $2', ['secret-value', 'paid'])
  await db.logged('secret-value')
  const all = [await advise({ log: createReadStream(db.logFile('log')) }), await advise()]
  expect(JSON.stringify(all)).not.toMatch(/secret/)
  const wrong = { connectionString: db.server.url.replace(/:[^:@]+@/, ':secret-password@') }
  await expect(advise({ connection: wrong })).rejects.toMatchObject({
    code: 'HOMEOSTAT_PG_RECORD_UNREADABLE',
    message: 'the database cannot be asked: wrong password (28P01)',
  })
})

it('says that it is the log which cannot be read', async () => {
  // oxlint-disable-next-line require-yield
  async function* locked(): AsyncGenerator<Uint8Array> {
    throw Object.assign(new Error('open /var/log/secret'), { code: 'EACCES' })
  }
  await expect(advise({ log: locked() })).rejects.toThrow(/^the log cannot be read: .*\(EACCES\)$/)
})

it('says what the server lacks', async () => {
  await db.pool.query('DROP EXTENSION pg_stat_statements')
  await expect(advise()).rejects.toThrow(/^the database has no pg_stat_statements: set shared_preload_libraries/)
  async function* noise(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('some other program writes here\n2026-01-01 00:00:00 UTC [1] LOG:  duration: 5.0 ms\n')
    yield Buffer.from('2026-01-01 00:00:00 UTC [1] LOG:  duration: 5.0 ms  plan:\n\tQuery Text: SELECT 1\n\tResult')
  }
  expect(await advise({ log: noise() })).toMatchObject({
    recorded: 0,
    indexes: [],
    problems: [
      'the log has no statement of this database with its duration: set log_min_duration_statement',
      expect.stringMatching(/^passed over 1 duration without a statement: /),
      expect.stringMatching(/^passed over 1 plan of auto_explain: /),
    ],
  })
  // A server that speaks German.
  async function* german(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('2026-01-01 00:00:00 UTC [1] LOG:  Dauer: 812.531 ms  Anweisung: SELECT * FROM sale\n')
  }
  expect((await advise({ log: german() })).problems).toEqual([
    expect.stringContaining("Is it in another language? Set lc_messages = 'C'"),
  ])
  await expect(advise({ log: german(), schemas: ['public', 'nope', 'no, such'] })).rejects.toThrow(
    'the database has no schema nope, no, such',
  )
})
