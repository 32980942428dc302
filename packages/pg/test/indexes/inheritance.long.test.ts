import { afterEach, describe, expect, it } from 'vitest'
import { AdvisedTables, SERVERS } from './advised-tables.ts'
import { receiptFor, wholeReceiptFor } from './advice-of.ts'
import { runInOrder } from './run-in-order.ts'

describe.each(SERVERS)('an index on tables that inherit from one, %s', (_, options, extensions) => {
  const db = new AdvisedTables(
    [
      ...extensions,
      'CREATE TABLE reading (id bigint, device_id int, pad text)',
      ...[1, 2, 3].map(part => `CREATE TABLE reading_${part} () INHERITS (reading)`),
      ...[1, 2, 3].map(
        part =>
          `INSERT INTO reading_${part} SELECT i, (i * 13) % 20000, repeat('x', 40) FROM generate_series(1, 30000) i`,
      ),
      'VACUUM ANALYZE',
    ],
    options,
  )
  const text = 'SELECT * FROM reading WHERE device_id = $1'
  const built = async (): Promise<unknown> => {
    const { rows } = await db.pool.query<{ tables: string[] }>(
      "SELECT array_agg(tablename::text ORDER BY tablename) AS tables FROM pg_indexes WHERE tablename LIKE 'reading%'",
    )
    return rows[0]!.tables
  }

  afterEach(async () => {
    await db.pool.query('DROP INDEX IF EXISTS a, b, c, d')
  })

  it('is made for each of them, and taken away from each', async () => {
    const { advice } = await receiptFor(db.pool, { text, values: [44] })
    const [{ statement, undo }] = advice as unknown as [{ statement: string; undo: string }]
    await runInOrder(db.pool, statement.split(';\n'))
    expect(await built()).toEqual(['reading', 'reading_1', 'reading_2', 'reading_3'])
    expect(await db.advised(text, [44])).toEqual([])
    await db.pool.query(undo)
    expect(await built()).toBeNull()
  })

  it('is missing where one of them lacks it', async () => {
    await db.pool.query('CREATE INDEX a ON reading (device_id); CREATE INDEX b ON reading_1 (device_id)')
    expect(await db.advised(text, [44])).toEqual(['reading (device_id)'])
    await db.pool.query('CREATE INDEX c ON reading_2 (device_id); CREATE INDEX d ON reading_3 (device_id)')
    expect(await db.advised(text, [44])).toEqual([])
  })

  it('is not advised for the table alone, which has no rows', async () => {
    expect(await db.advised('SELECT * FROM ONLY reading WHERE device_id = $1', [44])).toEqual([])
  })

  it('is left to TimescaleDB for its chunks, which it keeps in a schema of its own', async () => {
    await runInOrder(db.pool, [
      'CREATE SCHEMA _timescaledb_internal',
      'CREATE TABLE metric (id bigint, device_id int, is_late boolean)',
      'CREATE TABLE _timescaledb_internal.metric_1 () INHERITS (metric)',
      'INSERT INTO _timescaledb_internal.metric_1 SELECT i, (i * 13) % 20000, i % 1000 = 0 FROM generate_series(1, 60000) i',
      'VACUUM ANALYZE',
    ])
    const statementsFor = async (condition: string): Promise<unknown> => {
      const { advice = [] } = await receiptFor(db.pool, { text: `SELECT * FROM metric WHERE ${condition}` })
      return advice.map(({ statement, undo }) => [statement, undo])
    }
    expect(await statementsFor('device_id = 44')).toEqual([
      [
        'CREATE INDEX IF NOT EXISTS homeostat_metric__device_id_idx ON public.metric (device_id) WITH (timescaledb.transaction_per_chunk)',
        'DROP INDEX public.homeostat_metric__device_id_idx',
      ],
    ])
    expect(await statementsFor('is_late AND id > 5')).toEqual([
      [
        expect.stringMatching(
          / ON public\.metric \((?:id\) WITH \(timescaledb\.transaction_per_chunk\) WHERE )?is_late/,
        ),
        expect.any(String),
      ],
    ])
  })

  it('is judged without hypopg where there are many of them', async () => {
    await runInOrder(db.pool, [
      'CREATE TABLE hour (id bigint, device_id int)',
      ...Array.from({ length: 40 }, (_, at) => `CREATE TABLE hour_${at} () INHERITS (hour)`),
      ...Array.from(
        { length: 40 },
        (_, at) => `INSERT INTO hour_${at} SELECT i, (i * 13) % 2000 FROM generate_series(1, 2000) i`,
      ),
      'VACUUM ANALYZE',
    ])
    const { advice = [] } = await receiptFor(db.pool, { text: 'SELECT * FROM hour WHERE device_id = 44' })
    expect(advice).toHaveLength(1)
    expect(advice[0]!.why).toContain('not verified (hypopg would need an index for each of 41 tables)')
    expect(advice[0]!.statement).toContain('-- then for each of the 40 tables that inherit from it:')
  })

  it('that none of them uses is named with the size of all, and no statement drops it', async () => {
    await runInOrder(db.pool, [
      'CREATE TABLE trip (id bigint, device_id int, pad text)',
      ...[1, 2].map(part => `CREATE TABLE trip_${part} () INHERITS (trip)`),
      ...[1, 2].map(
        part => `INSERT INTO trip_${part} SELECT i, i % 20000, repeat('x', 300) FROM generate_series(1, 40000) i`,
      ),
      ...['trip', 'trip_1', 'trip_2'].flatMap((table, at) => [
        `CREATE INDEX wide${at} ON ${table} (pad, id)`,
        `CREATE INDEX one${at} ON ${table} (device_id)`,
        `CREATE INDEX two${at} ON ${table} (device_id)`,
      ]),
      'VACUUM ANALYZE',
    ])
    const { advice = [] } = await wholeReceiptFor(db.pool, { text: 'SELECT count(*) FROM trip WHERE id = 77' })
    expect(advice.filter(({ what }) => !what.startsWith('create'))).toEqual([
      {
        what: 'drop the index two0 of public.trip',
        why: expect.stringContaining('and so is that of each table that inherits from it') as string,
      },
      { what: 'find out whether anybody needs the index wide0 of public.trip', why: expect.any(String) as string },
    ])
  })
})
