import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DedicatedClient } from '../../src/actions/dedicated-client.ts'
import { explain } from '../../src/indexes/explain.ts'
import { originOfPool } from '../../src/signals/origin.ts'

describe('explain without values', () => {
  let db: Postgres
  let pool: pgDriver.Pool
  let client: DedicatedClient

  beforeAll(async () => {
    db = await startPostgres()
    pool = new pgDriver.Pool({ connectionString: db.url, max: 1 }).on('error', () => {})
    await pool.query('CREATE TABLE item (id int, ref int)')
    client = await DedicatedClient.connect(originOfPool(pool as never), new AbortController().signal, () => {})
  })
  afterAll(async () => {
    await client.close()
    await pool.end()
    await db.stop()
  })

  it.each([
    ['planned', 'SELECT * FROM item WHERE id = $1 AND 1 / 0 = ref', '22012'],
    ['prepared', 'SELECT * FROM missing WHERE id = $1', '42P01'],
  ])('leaves nothing behind of a statement that cannot be %s, and the transaction as it was', async (_, text, code) => {
    await client.inReadOnlyTransaction(async () => {
      await expect(explain(client, { text, values: undefined })).rejects.toMatchObject({ code })
      const plan = await explain(client, { text: 'SELECT * FROM item WHERE id = $1', values: undefined })
      expect(plan?.['Node Type']).toBe('Seq Scan')
    })
    const left = await client.query("SELECT name FROM pg_prepared_statements WHERE statement LIKE 'PREPARE%'")
    expect(left).toEqual([])
  })
})
