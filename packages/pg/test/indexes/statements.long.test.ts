import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRelation, type Table } from '../../src/indexes/catalog.ts'
import { redundantIndexes } from '../../src/indexes/index-definition.ts'
import { keyOfColumn } from '../../src/indexes/proposals.ts'
import type { Server } from '../../src/indexes/server.ts'
import { receiptFor } from './advice-of.ts'
import { runInOrder } from './run-in-order.ts'

/** Rows of which one in twenty thousand has the same `ref`. */
const rows = (count: number): string =>
  `SELECT i AS id, i % 20000 AS ref, repeat('x', 60) AS pad FROM generate_series(1, ${count}) i`
const ROWS = rows(60_000)

describe('the statements of index advice', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    db = await startPostgres()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
  }, 60_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  const server = (): Server => ({ query: async (text, values) => (await pool.query(text, [...(values ?? [])])).rows })
  const isValid = async (name: string): Promise<unknown> =>
    (await pool.query('SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)', [name])).rows[0]
  const carryOut = (statements: string | undefined): Promise<void> => runInOrder(pool, statements!.split(';\n'))

  it.each(['a.b', 'semi;DROP TABLE nothing', 'quo"ted', 'UPPER'])('run in a schema with the name %s', async schema => {
    const quoted = pgDriver.escapeIdentifier(schema)
    await runInOrder(pool, [
      `CREATE SCHEMA ${quoted}`,
      `CREATE TABLE ${quoted}.plain AS ${ROWS}`,
      `CREATE TABLE ${quoted}.parts (id int, ref int, pad text) PARTITION BY RANGE (id)`,
      `CREATE TABLE ${quoted}.part PARTITION OF ${quoted}.parts DEFAULT`,
      `INSERT INTO ${quoted}.parts ${ROWS}`,
      `ANALYZE ${quoted}.plain, ${quoted}.parts`,
    ])
    for (const table of ['plain', 'parts']) {
      const text = `SELECT * FROM ${quoted}.${table} WHERE ref = 5`
      const { advice } = await receiptFor(pool, { text })
      await carryOut(advice?.[0]?.statement)
      const index = `${quoted}.homeostat_${table}__ref_idx`
      expect(await isValid(index)).toEqual({ valid: true })
      await pool.query(/undo it with (.*)$/.exec(advice![0]!.why)![1]!)
      expect(await isValid(index)).toBeUndefined()
    }
    await pool.query(`DROP SCHEMA ${quoted} CASCADE`)
  })

  it('are taken back by the end of the reasons, however much the table has that it does not need', async () => {
    await pool.query(`CREATE TABLE much AS ${ROWS}`)
    for (let at = 0; at < 40; at++) await pool.query(`CREATE INDEX much_${at} ON much ((id + ${at}))`)
    await pool.query('ANALYZE much')
    const { advice } = await receiptFor(pool, { text: 'SELECT * FROM much WHERE ref = 5' })
    expect(advice?.[0]?.why).toMatch(
      /much_4 \(1 MiB\) and 35 more have not been used .*; undo it with DROP INDEX CONCURRENTLY public\.homeostat_much__ref_idx$/,
    )
    await pool.query('DROP TABLE much')
  })

  it('say what is left to do where the partitions are too many, and are never cut', async () => {
    await pool.query('CREATE TABLE months (id int, ref int, pad text) PARTITION BY RANGE (id)')
    for (let at = 0; at < 24; at++)
      await pool.query(
        `CREATE TABLE months_${at} PARTITION OF months FOR VALUES FROM (${at * 10_000}) TO (${(at + 1) * 10_000})`,
      )
    await pool.query(`INSERT INTO months ${rows(239_999)}`)
    await pool.query('ANALYZE months')
    const text = 'SELECT * FROM months WHERE ref = 5'
    const statement = (await receiptFor(pool, { text })).advice![0]!.statement!
    const [first, told, create, attach, ...rest] = statement.split('\n')
    expect([told, rest]).toEqual(['-- then for each of the 24 partitions:', []])

    await pool.query(first!)
    const { advice, problems } = await receiptFor(pool, { text })
    expect(problems?.join()).toContain('index homeostat_months__ref_idx is invalid, because partitions lack their part')
    expect(advice?.[0]?.statement).toBe(statement)

    // Comments run as well: they do nothing.
    await pool.query(statement)
    for (let at = 0; at < 24; at++)
      for (const line of [create!, attach!])
        await pool.query(
          line.slice(3).replace('INDEX_OF_PARTITION', `own_${at}`).replace(' PARTITION (', ` months_${at} (`),
        )
    expect(await isValid('homeostat_months__ref_idx')).toEqual({ valid: true })
    expect((await receiptFor(pool, { text })).advice).toBeUndefined()
    await pool.query('DROP TABLE months')
  })

  it.each([
    ['(ref)', true],
    ['(ref) INCLUDE (pad)', true],
    ['(ref) INCLUDE (id)', false],
    ['(ref) WHERE id > 5', false],
    ['(ref DESC)', false],
    ['(ref NULLS FIRST)', false],
    ['(pad, ref)', true],
    ['(pad COLLATE "C", ref)', false],
    ['(pad text_pattern_ops, ref)', false],
  ])('call an index %s superfluous beside a wider one: %s', async (keys, isRedundant) => {
    await pool.query('CREATE TABLE kept (id int, ref int, pad text)')
    await pool.query(`CREATE INDEX one ON kept ${keys}`)
    const table = (await readRelation(server(), undefined, 'kept')) as Table
    const wider = keys.startsWith('(ref') ? ['ref', 'pad'] : ['pad', 'ref', 'id']
    const definition = {
      table,
      method: 'btree' as const,
      keys: wider.map(name => ({ key: keyOfColumn(table.columns.get(name)!), order: '' })),
    }
    expect(redundantIndexes(definition).map(({ name }) => name)).toEqual(isRedundant ? ['one'] : [])
    await pool.query('DROP TABLE kept')
  })

  it.each([
    ['(pad)', '(pad)', true],
    ['(pad) INCLUDE (id)', '(pad)', false],
    ['(pad) INCLUDE (id)', '(pad) INCLUDE (id)', true],
    ['(pad COLLATE "C")', '(pad)', false],
    ['(pad COLLATE "C")', '(pad COLLATE "POSIX")', false],
    ['(pad NULLS FIRST)', '(pad)', false],
    ['(pad DESC NULLS LAST)', '(pad DESC)', false],
    ['(pad) WHERE id > 5', '(pad)', false],
    ['(lower(pad) COLLATE "C")', '(lower(pad))', false],
    ['(lower(pad))', '(lower(pad))', true],
  ])('call indexes %s and %s the same: %s', async (one, other, isSame) => {
    await pool.query(`CREATE TABLE kept AS ${ROWS}`)
    await pool.query(`CREATE INDEX one ON kept ${one}; CREATE INDEX other ON kept ${other}; ANALYZE kept`)
    const { advice } = await receiptFor(pool, { text: 'SELECT * FROM kept WHERE ref = 5' })
    expect(advice![0]!.why.includes('is there twice')).toBe(isSame)
    // Half an index serves nobody: the other one stays.
    await pool.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'one'::regclass")
    expect((await receiptFor(pool, { text: 'SELECT * FROM kept WHERE ref = 5' })).advice![0]!.why).not.toContain(
      'twice',
    )
    await pool.query('DROP TABLE kept')
  })

  it('do not drop an index that is being built, as any user sees it', async () => {
    await runInOrder(pool, [
      `CREATE TABLE built AS ${ROWS}`,
      'CREATE TABLE built_parts (id int, ref int, pad text) PARTITION BY RANGE (id)',
      'CREATE TABLE built_part PARTITION OF built_parts DEFAULT',
      `INSERT INTO built_parts ${ROWS}`,
      'ANALYZE built, built_parts',
      'CREATE INDEX built_ref ON ONLY built_parts (ref)',
      "CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON built, built_parts, built_part TO reader",
    ])
    const options = { connectionString: db.url.replace(/\/\/[^@]*@/, '//reader:reader@'), max: 1 }
    const reader = new pgDriver.Pool(options).on('error', () => {})
    const [writer, builder] = [new pgDriver.Client(db.url), new pgDriver.Client(db.url)]
    try {
      for (const client of [writer, builder]) await client.on('error', () => {}).connect()
      for (const [table, built, remedy] of [
        ['built', 'built', 'left by a failed build: DROP INDEX CONCURRENTLY it first'],
        ['built_parts', 'built_part', 'because partitions lack their part of it'],
      ] as const) {
        const text = `SELECT * FROM ${table} WHERE ref = 5`
        // The build waits for who writes already.
        await writer.query(`BEGIN; LOCK TABLE ${built} IN ROW EXCLUSIVE MODE`)
        const build = builder.query(`CREATE INDEX CONCURRENTLY ON ${built} (ref)`).catch((error: Error) => error)
        const waits = async (): Promise<unknown> =>
          (await pool.query("SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for writers%'"))
            .rowCount
        await expect.poll(waits, { timeout: 10_000 }).toBe(1)
        const during = await receiptFor(reader, { text })
        expect(during.problems?.join()).toMatch(/index built_(?:ref|ref_idx) is invalid, it may be being built now/)
        expect(during.advice).toBeUndefined()

        await pool.query('SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index')
        expect(await build).toBeInstanceOf(Error)
        await writer.query('ROLLBACK')
        // Vacuum and analyze take the same lock as a build does.
        await writer.query(`BEGIN; LOCK TABLE ${built} IN SHARE UPDATE EXCLUSIVE MODE`)
        const after = await receiptFor(reader, { text })
        expect(after.problems?.join()).toContain(`is invalid, ${remedy}`)
        expect(after.advice).toHaveLength(1)
        await writer.query('ROLLBACK')
      }
    } finally {
      // The builder waits for the writer.
      await writer.end()
      await builder.end()
      await reader.end()
    }
    await pool.query('DROP TABLE built, built_parts; DROP ROLE reader')
  })

  it('count the searches of an index of a partitioned table in its parts', async () => {
    await pool.query('CREATE TABLE used (id int, ref int, pad text) PARTITION BY RANGE (id)')
    await pool.query('CREATE TABLE used_part PARTITION OF used DEFAULT')
    await pool.query(`INSERT INTO used ${ROWS}`)
    await pool.query('CREATE INDEX searched ON used (id); CREATE INDEX idle ON used (pad); ANALYZE used')
    // What a session has counted is published when it has been idle for a while, or when it is asked to.
    await pool.query('SELECT * FROM used WHERE id = 5; SELECT pg_stat_force_next_flush()')
    const why = async (): Promise<string> => {
      const { advice } = await receiptFor(pool, { text: 'SELECT * FROM used WHERE ref = 5' })
      return advice![0]!.why
    }
    await expect.poll(why, { timeout: 15_000 }).toMatch(/; idle \(\d MiB\) has not been used on this server since/)
    await pool.query('DROP TABLE used')
  })

  it('join the parts of partitions that have partitions themselves', async () => {
    await runInOrder(pool, [
      'CREATE TABLE deep (id int, ref int, pad text) PARTITION BY RANGE (id)',
      'CREATE TABLE deep_a PARTITION OF deep FOR VALUES FROM (0) TO (30000) PARTITION BY LIST (ref)',
      'CREATE TABLE deep_b PARTITION OF deep DEFAULT',
      'CREATE TABLE deep_a_5 PARTITION OF deep_a FOR VALUES IN (1)',
      'CREATE TABLE deep_a_rest PARTITION OF deep_a DEFAULT PARTITION BY RANGE (id)',
      'CREATE TABLE deep_a_rest_all PARTITION OF deep_a_rest DEFAULT',
      `INSERT INTO deep ${ROWS}`,
      'ANALYZE deep',
    ])
    const text = 'SELECT * FROM deep WHERE ref = 5'
    const { advice } = await receiptFor(pool, { text })
    await carryOut(advice?.[0]?.statement)
    expect(await isValid('homeostat_deep__ref_idx')).toEqual({ valid: true })
    // After an interruption they are run again.
    await carryOut(advice?.[0]?.statement)
    expect((await receiptFor(pool, { text })).advice).toBeUndefined()
    await pool.query(/undo it with (.*)$/.exec(advice![0]!.why)![1]!)
    expect((await pool.query("SELECT FROM pg_indexes WHERE tablename LIKE 'deep%'")).rowCount).toBe(0)
    await pool.query('DROP TABLE deep')
  })
})
