import { expect, it } from 'vitest'
import { ActingDatabase, CALLS } from '../actions/create-index/acting-database.ts'

const db = new ActingDatabase({ synchronous_commit: 'on' })

it('query.createIndex builds a covering index, and none where there is one', async () => {
  await db.pool.query('DROP TABLE orders')
  await db.pool.query(
    "CREATE TABLE orders AS SELECT i AS id, i % 150 AS shop_id, i % 997 AS amount, repeat('x', 60) AS note FROM generate_series(1, 150000) i",
  )
  await db.pool.query('VACUUM ANALYZE orders')
  db.send('SELECT sum(amount) FROM orders WHERE shop_id = $1', () => [Math.floor(Math.random() * 150)])
  db.send('SELECT count(*) FROM other WHERE pad LIKE $1', () => ['%z%'])
  await db.untilSlow('shop_id')
  const receipt = await db.act(CALLS, undefined, db.calls)
  expect(receipt.summary).toMatch(/^created an index on public\.orders \(shop_id\) INCLUDE \(amount\) for /)
  expect(receipt).toMatchObject({ effects: { built: 1, kept: 1 }, judgement: { verdict: 'effective' } })
  const definitions = "SELECT indexdef FROM pg_indexes WHERE tablename = 'orders'"
  const { rows } = await db.pool.query<{ indexdef: string }>(definitions)
  expect(rows.map(({ indexdef }) => indexdef)).toEqual([
    expect.stringMatching(/^CREATE INDEX homeostat_auto_orders_shop_id_\w+ ON .*\(shop_id\) INCLUDE \(amount\)$/),
  ])
  expect((await db.act(CALLS, undefined, db.calls)).effects).toEqual({ built: 0 })
  expect(await receipt.undo!({ now: Date.now(), signal: new AbortController().signal })).toEqual({ result: 'restored' })
})
