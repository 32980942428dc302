import { afterEach, describe, expect, it } from 'vitest'
import { createIndexStatement, dropIndexStatement } from '../../src/indexes/index-statements.ts'
import { readRelation, type Table } from '../../src/indexes/catalog.ts'
import { keyOfColumn } from '../../src/indexes/proposals.ts'
import { AdvisedTables, SERVERS } from './advised-tables.ts'
import { receiptFor } from './advice-of.ts'
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

  it('is left to TimescaleDB for its chunks', async () => {
    const query = db.pool.query.bind(db.pool) as never
    const table = (await readRelation(
      {
        query: async (...sent: []) => (await (query as (...sent: []) => Promise<{ rows: [] }>)(...sent)).rows,
      } as never,
      undefined,
      'reading',
      false,
    )) as Table
    const [key] = [...table.columns.values()].filter(({ name }) => name === 'device_id').map(keyOfColumn)
    const definition = {
      table: { ...table, isHypertable: true },
      method: 'btree' as const,
      keys: [{ key: key!, order: '' }],
    }
    expect(createIndexStatement(definition, 'n')).toBe(
      'CREATE INDEX IF NOT EXISTS n ON public.reading (device_id) WITH (timescaledb.transaction_per_chunk)',
    )
    expect(dropIndexStatement(definition, 'n')).toBe('DROP INDEX public.n')
  })
})
