import { describeAction } from '@homeostat/conformance'
import { describe, expect, it } from 'vitest'
import { createQueryCreateIndex, INDEX_TABLE, type CreateIndexOptions } from '../../../src/domain.ts'
import type { TrialTime } from '../../../src/actions/create-index/trial-time.ts'
import { ActingDatabase, CALLS, QUICK } from './acting-database.ts'

describe('query.createIndex', () => {
  const db = new ActingDatabase()
  const undoContext = { now: Date.now(), signal: new AbortController().signal }

  it('creates an index, measures that it helps, and keeps it until its receipt is undone', async () => {
    await db.sendUsual()
    const receipt = await db.act(CALLS, undefined, db.calls)
    expect(receipt, receipt.judgement?.reason).toMatchObject({
      summary: 'created an index on public.orders (customer_id) for SELECT orders',
      effects: { built: 1, kept: 1 },
      judgement: { verdict: 'effective' },
    })
    const interval = /^[\d.]+ -> [\d.]+ ms a call, -\d+ % \(-\d+ % to -\d+ % in 98 of 100 cases\), p [\d.e-]+, compared/
    expect(receipt.judgement?.reason).toMatch(interval)
    const [index, ...more] = await db.indexes()
    expect(more).toEqual([])
    expect(index).toMatchObject({ valid: true })
    expect(index!.name).toMatch(/^homeostat_auto_orders_customer_id_[0-9a-f]{12}$/)
    expect(index!.comment).toMatch(/^homeostat: kept since \S+Z for slow SELECT orders, fingerprint [0-9a-f]{16}$/)
    expect(await receipt.undo!(undoContext)).toEqual({ result: 'restored' })
    expect(await db.indexes()).toEqual([])
    expect(await receipt.undo!(undoContext)).toMatchObject({ result: 'superseded' })
  })

  it('writes no value of a statement anywhere', async () => {
    await db.pool.query("UPDATE orders SET note = 'alice@example.com' WHERE id = 7")
    await db.pool.query('ANALYZE orders')
    db.send("SELECT * FROM orders WHERE note = 'alice@example.com'")
    await db.untilSlow('alice')
    const receipt = await db.act()
    const { rows } = await db.pool.query('SELECT * FROM homeostat_index')
    expect(rows).toHaveLength(1)
    expect(JSON.stringify([receipt, rows, await db.indexes()])).not.toContain('alice')
  })

  it('drops an index that live calls do not become faster with', async () => {
    // The values that are kept are rare ones; those that are sent from then on are in nearly all rows.
    await db.pool.query("UPDATE orders SET note = 'n' || id WHERE id <= 50")
    await db.pool.query('ANALYZE orders')
    let isRare = true
    db.send('SELECT count(*) FROM orders WHERE note = $1', () => [isRare ? 'n7' : 'x'.repeat(60)])
    db.send('SELECT count(*) FROM other WHERE pad LIKE $1', () => ['%z%'])
    await db.untilSlow('note')
    const acting = db.act(CALLS, undefined, db.calls)
    isRare = false
    const receipt = await acting
    expect(receipt).toMatchObject({ effects: { built: 1, dropped: 1 }, judgement: { verdict: 'no_effect' } })
    expect(receipt.undo).toBeUndefined()
    expect(await db.indexes()).toEqual([])
    // It is not tried again and again.
    isRare = true
    await new Promise(resolve => setTimeout(resolve, 500))
    // An index that helps with some of the values only would not be built anyway.
    db.instrumentation.slowStatements.clear()
    await db.untilSlow('note')
    expect((await db.act()).problems?.join()).toContain('did not help')
  })

  it('drops an index that costs those who write more than it saves', async () => {
    db.send('SELECT * FROM orders WHERE customer_id = $1', () => [Math.floor(Math.random() * 20_000)], 200)
    await db.untilSlow('customer_id')
    db.send(
      'INSERT INTO orders SELECT -i - random() * 1e9, i, now() FROM generate_series(1, 20000) i ON CONFLICT DO NOTHING',
    )
    const receipt = await db.act({ baselineMs: 3000, verifyMs: 3000, maxTableBytes: 1e12 })
    expect(receipt.judgement?.verdict).not.toBe('effective')
    expect(await db.indexes()).toEqual([])
  })

  it('drops it when nobody calls the statement any more', async () => {
    await db.sendUsual()
    const acting = db.act()
    await db.quiet()
    expect(await acting).toMatchObject({ effects: { built: 1, dropped: 1 }, judgement: { verdict: 'inconclusive' } })
    expect(await db.indexes()).toEqual([])
  })

  it('drops it when the loop ends the trial', async () => {
    await db.sendUsual()
    const ending = new AbortController()
    const acting = db.act({ verifyMs: 600_000 }, ending.signal)
    while ((await db.indexes())[0]?.comment?.startsWith('homeostat: trial') !== true)
      await new Promise(resolve => setTimeout(resolve, 20))
    ending.abort()
    expect(await acting).toMatchObject({ effects: { built: 1, dropped: 1 }, judgement: { verdict: 'inconclusive' } })
    expect(await db.indexes()).toEqual([])
  })

  it('drops an index that helps when the loop ends it while it is judged', async () => {
    await db.sendUsual()
    const ending = new AbortController()
    let phases = 0
    const time: TrialTime = {
      now: () => db.calls.now(),
      sleep: async (ms, options) => {
        await db.calls.sleep(ms, options)
        // The judge has begun by then, and waits for answers of the server.
        if (++phases === 2) setImmediate(() => ending.abort())
      },
    }
    const receipt = await db.act(CALLS, ending.signal, time)
    expect(phases).toBe(2)
    expect(receipt).toMatchObject({
      effects: { built: 1, dropped: 1 },
      judgement: { verdict: 'inconclusive', reason: 'the loop has ended the trial' },
    })
    expect(receipt.undo).toBeUndefined()
    expect(await db.indexes()).toEqual([])
    // It may be tried again: nothing was found against it.
    expect(await db.act(CALLS, undefined, db.calls)).toMatchObject({ effects: { built: 1 } })
  })

  it('leaves an index alone that somebody has dropped or taken over meanwhile', async () => {
    for (const meddle of ['DROP INDEX', 'COMMENT ON INDEX']) {
      await db.pool.query('DROP TABLE IF EXISTS homeostat_index')
      if (meddle === 'DROP INDEX') await db.sendUsual()
      const acting = db.act({ verifyMs: 1500 })
      let found: string | undefined
      while (found === undefined) {
        const [index] = await db.indexes()
        if (index?.comment?.startsWith('homeostat: trial')) found = index.name
        else await new Promise(resolve => setTimeout(resolve, 20))
      }
      await db.pool.query(meddle === 'DROP INDEX' ? `DROP INDEX ${found}` : `COMMENT ON INDEX ${found} IS 'mine now'`)
      const receipt = await acting
      expect(receipt.effects).toMatchObject({ built: 1, dropped: 0 })
      const left = await db.indexes()
      expect(left.map(({ comment }) => comment)).toEqual(meddle === 'DROP INDEX' ? [] : ['mine now'])
    }
  })

  it('takes the leftover of a build away that had to wait for somebody', async () => {
    await db.sendUsual()
    const acting = db.act()
    const client = await db.pool.connect()
    const invalid = "SELECT 1 FROM pg_index WHERE indrelid = 'orders'::regclass AND NOT indisvalid"
    // A transaction that is never old, but does not end while an index is built, as long as the build may wait.
    while (
      (await client.query('BEGIN; UPDATE orders SET note = note WHERE id = 1').then(() => client.query(invalid))).rows
        .length === 0
    ) {
      await client.query('ROLLBACK')
      await new Promise(resolve => setTimeout(resolve, 1))
    }
    const { rows } = await client.query(invalid)
    expect(rows).toHaveLength(1)
    await new Promise(resolve => setTimeout(resolve, 2500))
    await client.query('ROLLBACK')
    client.release()
    const receipt = await acting
    expect(receipt).toMatchObject({ effects: { built: 0 } })
    expect(receipt.problems?.join()).toContain('55P03')
    expect(await db.indexes()).toEqual([])
  })
})

describe('its family', () => {
  const db = new ActingDatabase()
  let before = 0
  const built = async (): Promise<number> => {
    const { rows } = await db.pool.query<{ built: number }>(
      "SELECT count(*)::int AS built FROM homeostat_index WHERE outcome IN ('kept', 'dropped', 'undecided')",
    )
    return rows[0]!.built
  }
  describeAction<CreateIndexOptions>('query.createIndex', {
    prepare: async () => {
      await db.pool.query(INDEX_TABLE)
      await db.sendUsual()
      before = await built()
    },
    create: () => createQueryCreateIndex(db.instrumentation, QUICK),
    effect: async () => (await built()) - before,
    counts: 'built',
  })
})
