import { describe, expect, it } from 'vitest'
import { commentOf, type OwnComment } from '../../../src/actions/create-index/own-index.ts'
import { sweepOnce } from '../../../src/actions/create-index/sweep-once.ts'
import { INDEX_TABLE } from '../../../src/domain.ts'
import { originOfPool } from '../../../src/signals/origin.ts'
import { ActingDatabase } from './acting-database.ts'

const comment: OwnComment = {
  state: 'trial',
  reason: 'slow SELECT orders',
  fingerprint: '0123456789abcdef',
  since: new Date(),
}
const NAME = 'homeostat_auto_orders_note_0123456789ab'

describe('a sweep', () => {
  const db = new ActingDatabase()
  const sweep = (): Promise<boolean> => sweepOnce(originOfPool(db.pool as never), () => {})
  const create = async (name: string, text: string | undefined): Promise<void> => {
    await db.pool.query(`CREATE INDEX ${name} ON orders (note)`)
    if (text !== undefined) await db.pool.query(`COMMENT ON INDEX ${name} IS '${text}'`)
  }
  const intend = async (name: string, table = 'orders'): Promise<void> => {
    await db.pool.query(INDEX_TABLE)
    await db.pool.query(
      `INSERT INTO homeostat_index (name, schema, table_oid, definition, fingerprint) VALUES ('${name}', 'public', '${table}'::regclass, 'd', 'f')`,
    )
  }
  const outcomes = async (): Promise<unknown[]> => (await db.pool.query('SELECT outcome FROM homeostat_index')).rows

  it('drops a trial that nobody finishes, and keeps what was kept', async () => {
    await create(NAME, commentOf(comment))
    await create(`${NAME.slice(0, -1)}c`, commentOf({ ...comment, state: 'kept' }))
    expect(await sweep()).toBe(true)
    expect(await db.indexes()).toMatchObject([{ name: `${NAME.slice(0, -1)}c` }])
  })

  it('drops an index that was written down, before anybody has commented it', async () => {
    await create(NAME, undefined)
    await intend(NAME)
    expect(await sweep()).toBe(true)
    expect(await db.indexes()).toEqual([])
    expect(await outcomes()).toEqual([{ outcome: 'lost' }])
  })

  it('keeps an index that had its comment, and has none any more', async () => {
    await create(NAME, undefined)
    await intend(NAME)
    await db.pool.query("UPDATE homeostat_index SET outcome = 'commented'")
    expect(await sweep()).toBe(true)
    expect(await db.indexes()).toHaveLength(1)
    expect(await outcomes()).toEqual([{ outcome: 'lost' }])
  })

  it('keeps what a build has left where somebody removes the comment that a sweep has given it', async () => {
    await create(NAME, undefined)
    await intend(NAME)
    const client = await db.pool.connect()
    await client.query('BEGIN; SELECT count(*) FROM orders WHERE id = 1')
    expect(await sweep()).toBe(false)
    await client.query('ROLLBACK')
    client.release()
    expect(await db.indexes()).toMatchObject([{ comment: expect.stringMatching('homeostat: trial') as string }])
    await db.pool.query(`COMMENT ON INDEX ${NAME} IS NULL`)
    expect(await sweep()).toBe(true)
    expect(await db.indexes()).toMatchObject([{ name: NAME, comment: null }])
  })

  it('writes down that an index was kept, where its process could not', async () => {
    await create(NAME, commentOf({ ...comment, state: 'kept' }))
    await intend(NAME)
    expect(await sweep()).toBe(true)
    expect(await db.indexes()).toHaveLength(1)
    expect(await outcomes()).toEqual([{ outcome: 'kept' }])
  })

  it('drops what is not valid and ours', async () => {
    await db.pool.query('INSERT INTO orders VALUES (-1, 1), (-2, 1)')
    await db.pool.query(`CREATE UNIQUE INDEX CONCURRENTLY ${NAME} ON orders (customer_id)`).catch(() => {})
    await db.pool.query(`COMMENT ON INDEX ${NAME} IS '${commentOf({ ...comment, state: 'kept' })}'`)
    expect(await db.indexes()).toMatchObject([{ valid: false }])
    expect(await sweep()).toBe(true)
    expect(await db.indexes()).toEqual([])
  })

  it('touches nothing that somebody else has made', async () => {
    await create(NAME, undefined)
    await create('homeostat_auto_mine', 'an index of mine')
    await create('orders_note', commentOf(comment))
    await create('homeostat_orders_note_idx', commentOf(comment))
    await create('of_mine', undefined)
    // It was written down for another table, somebody has taken over another one, and somebody has written down one that we never made.
    await intend(NAME, 'other')
    await intend('homeostat_auto_mine')
    await intend('of_mine')
    const before = await db.indexes()
    expect(before).toHaveLength(5)
    expect(await sweep()).toBe(true)
    expect(await db.indexes()).toEqual(before)
  })

  it('waits while somebody acts, and comes again', async () => {
    await create(NAME, commentOf(comment))
    const client = await db.pool.connect()
    await client.query('SELECT pg_advisory_lock($1::int, $2::int)', [0x68_6f_6d_65, 0x69_6e_64_78])
    expect(await sweep()).toBe(false)
    expect(await db.indexes()).toHaveLength(1)
    client.release(true)
    while (!(await sweep())) await new Promise(resolve => setTimeout(resolve, 50))
    expect(await db.indexes()).toEqual([])
  })

  it('does not wait for those who use the table, and comes again', async () => {
    await create(NAME, commentOf(comment))
    const client = await db.pool.connect()
    await client.query('BEGIN; SELECT count(*) FROM orders WHERE id = 1')
    expect(await sweep()).toBe(false)
    await client.query('ROLLBACK')
    client.release()
    expect(await sweep()).toBe(true)
    expect(await db.indexes()).toEqual([])
  })
})
