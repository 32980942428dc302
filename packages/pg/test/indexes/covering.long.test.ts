import type { Advice } from '@homeostat/optimizer'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createQueryOptimize } from '../../src/domain.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { originOfPool } from '../../src/signals/origin.ts'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { runInOrder } from './run-in-order.ts'

const SUM = 'SELECT sum(amount) FROM sale WHERE shop_id = $1'

describe('an index that covers what a statement reads', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    // VACUUM marks a page as all-visible when the transactions that wrote it are on disk.
    db = await startPostgres({ settings: { synchronous_commit: 'on' } })
    pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
    const rows = `SELECT i AS id, i % 150 AS shop_id, i % 7 AS kind, i % 997 AS amount, repeat('x', 60) AS note FROM generate_series(1, 150000) i`
    await runInOrder(pool, [
      `CREATE TABLE sale AS ${rows}`,
      `CREATE TABLE guarded AS ${rows}`,
      'CREATE POLICY own ON guarded USING (kind <> 3)',
      'ALTER TABLE guarded ENABLE ROW LEVEL SECURITY',
      'CREATE TABLE shop AS SELECT i AS shop_id, i AS id FROM generate_series(1, 150) i',
      'CREATE VIEW seen AS SELECT shop_id, amount FROM sale WHERE kind <> 3',
      'VACUUM ANALYZE',
    ])
  }, 60_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  const bodies = async (text: string): Promise<string[]> =>
    bodiesOf((await receiptFor(pool, { text, values: [5] })).advice)

  describe('is advised', () => {
    it('with what it holds, what that depends on, and what it costs', async () => {
      await pool.query('CREATE INDEX of_key ON sale (shop_id)')
      const { advice } = await receiptFor(pool, { text: SUM, values: [5] })
      await pool.query('DROP INDEX of_key')
      expect(bodiesOf(advice)).toEqual(['sale (shop_id) INCLUDE (amount)'])
      const { why, statement } = advice![0]!
      expect(why).toContain(
        'it covers what is read of the table, as it also holds amount: no rows are fetched from pages that VACUUM has marked as all-visible (100 % now), so autovacuum has to keep up',
      )
      expect(why).toContain('an UPDATE of amount is not a HOT update with it')
      expect(why).toMatch(/of_key \(\d MiB\) is not needed beside it/)
      expect(why).not.toContain('in an order that does not serve it')
      expect(statement).toMatch(
        /homeostat_sale__shop_id_[0-9a-f]{8}_idx ON public\.sale \(shop_id\) INCLUDE \(amount\)$/,
      )
    })

    it('for what a join compares and what its own name stands for', async () => {
      expect(
        await bodies('SELECT s.id, sum(amount) FROM shop s JOIN sale USING (shop_id) WHERE s.id = $1 GROUP BY 1'),
      ).toEqual(['sale (shop_id) INCLUDE (amount)'])
    })
  })

  it.each([
    'SELECT * FROM sale WHERE shop_id = $1',
    'SELECT sale FROM sale WHERE shop_id = $1',
    'SELECT ctid, amount FROM sale WHERE shop_id = $1',
    'SELECT amount FROM sale WHERE shop_id = $1 FOR UPDATE',
    'UPDATE sale SET amount = 5 WHERE shop_id = $1',
    'SELECT sum(amount) FROM seen WHERE shop_id = $1',
    'SELECT sum(amount) FROM sale NATURAL JOIN (SELECT 7 AS kind) x WHERE shop_id = $1',
    'SELECT note FROM sale WHERE shop_id = $1',
  ])('is not advised where rows are fetched all the same, or it would be large: %s', async text => {
    expect((await bodies(text)).join()).not.toContain('INCLUDE')
  })

  it('is not advised where policies read more than the statement names', async () => {
    expect((await bodies('SELECT sum(amount) FROM guarded WHERE shop_id = $1')).join()).not.toContain('INCLUDE')
  })

  describe('is an index like others', () => {
    let instrumentation: PgInstrumentation

    beforeEach(() => {
      instrumentation = new PgInstrumentation()
    })
    const adviceFor = async (...texts: readonly string[]): Promise<readonly Advice[]> => {
      for (const text of texts) {
        const run = { text, summary: 'SLOW', values: [5], durationMs: 100, origin: originOfPool(pool as never) }
        instrumentation.slowStatements.add(run, Date.now())
      }
      const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
      const { signal } = new AbortController()
      const action = createQueryOptimize(instrumentation)
      const given = { firing, options: undefined, now: Date.now(), signal, sliceMs: 5 }
      const advice = (await action.run(given)).advice ?? []
      followed = async () => (await action.followed!(advice, { signal })).length
      return advice
    }
    let followed: () => Promise<number>

    it('of which one serves several statements', async () => {
      const kinds = 'SELECT kind, count(*) FROM sale WHERE shop_id = $1 GROUP BY kind'
      const advice = await adviceFor(SUM, kinds, 'SELECT * FROM sale WHERE shop_id = $1')
      expect(advice.map(({ what }) => what)).toEqual([
        'create an index on public.sale (shop_id) INCLUDE (kind, amount) for SLOW and 2 more',
      ])
      await runInOrder(pool, [advice[0]!.statement!, 'ANALYZE sale'])
      for (const text of [SUM, kinds]) {
        const { rows } = await pool.query(`EXPLAIN ${text}`, [5])
        expect(JSON.stringify(rows)).toContain('Index Only Scan using homeostat_sale__shop_id_')
      }
      expect(await bodies(SUM)).toEqual([])
      expect(await bodies('SELECT * FROM sale WHERE shop_id = $1')).toEqual([])
      expect(await followed()).toBe(1)
      await pool.query(/undo it with (.*)$/.exec(advice[0]!.why)![1]!)
    })

    it('which is followed by one that holds as much, whatever its name and its order', async () => {
      await adviceFor(SUM)
      expect(await followed()).toBe(0)
      await pool.query('CREATE INDEX of_mine ON sale (shop_id, kind) INCLUDE (id, amount)')
      expect(await followed()).toBe(1)
      await pool.query('DROP INDEX of_mine')
    })
  })
})
