import { startPostgres } from '@homeostat/services'
import pgDriver from 'pg'
import { expect, it } from 'vitest'
import { namesOfTable } from '../../../src/actions/create-index/names-of-table.ts'
import { readRelation, type Table } from '../../../src/indexes/catalog.ts'

it('a table is read under its own name and those of views over it, and not under that of a materialized view', async () => {
  const server = await startPostgres()
  const client = new pgDriver.Client({ connectionString: server.url })
  await client.connect()
  try {
    await client.query(`CREATE TABLE orders (id int, state text); CREATE TABLE other (id int);
      CREATE VIEW open_orders AS SELECT * FROM orders WHERE state = 'open'; CREATE VIEW "Open ids" AS SELECT o.id FROM open_orders o JOIN other USING (id);
      CREATE MATERIALIZED VIEW daily AS SELECT count(*) FROM orders; CREATE VIEW of_daily AS SELECT * FROM daily; CREATE VIEW others AS SELECT * FROM other`)
    const ask = { query: async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows as [] }
    const table = (await readRelation(ask as never, undefined, 'orders')) as Table
    expect([...(await namesOfTable(ask as never, table))].toSorted()).toEqual(['Open ids', 'open_orders', 'orders'])
  } finally {
    await client.end()
    await server.stop()
  }
})
