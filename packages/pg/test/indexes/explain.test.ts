import { describe, expect, it } from 'vitest'
import { explain } from '../../src/indexes/explain.ts'
import { ExaminedDatabase } from './examined-database.ts'

describe('explain without values', () => {
  const db = new ExaminedDatabase(['CREATE TABLE item (id int, ref int)'])

  it.each([
    ['planned', 'SELECT * FROM item WHERE id = $1 AND 1 / 0 = ref', '22012'],
    ['prepared', 'SELECT * FROM missing WHERE id = $1', '42P01'],
  ])('leaves nothing behind of a statement that cannot be %s, and the transaction as it was', async (_, text, code) => {
    const { client } = db
    await client.inReadOnlyTransaction(async () => {
      await expect(explain(client, { text, values: undefined })).rejects.toMatchObject({ code })
      const plan = await explain(client, { text: 'SELECT * FROM item WHERE id = $1', values: undefined })
      expect(plan?.['Node Type']).toBe('Seq Scan')
    })
    const left = await client.query("SELECT name FROM pg_prepared_statements WHERE statement LIKE 'PREPARE%'")
    expect(left).toEqual([])
  })
})
