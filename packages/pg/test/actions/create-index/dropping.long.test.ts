import { describe, expect, it } from 'vitest'
import { originOfPool } from '../../../src/signals/origin.ts'
import type { PoolShape } from '../../../src/signals/driver.ts'
import { sweepOnce } from '../../../src/actions/create-index/sweep-once.ts'
import { IndexLog } from '../../../src/actions/create-index/index-log.ts'
import { IndexSession } from '../../../src/actions/create-index/index-session.ts'
import { ActingDatabase } from './acting-database.ts'

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

describe('an index that is not kept', () => {
  const db = new ActingDatabase()

  /** Waits until the trial of an index goes on. */
  async function untilTrial(): Promise<string> {
    for (;;) {
      const [index] = await db.indexes()
      if (index?.comment?.startsWith('homeostat: trial') === true) return index.name
      await pause(20)
    }
  }

  it('is reported as built where it cannot be dropped, and swept later', async () => {
    await db.sendUsual()
    const ending = new AbortController()
    const acting = db.act({ verifyMs: 600_000 }, ending.signal)
    const name = await untilTrial()
    const client = await db.pool.connect()
    await client.query('BEGIN; SELECT count(*) FROM orders')
    await db.quiet()
    ending.abort()
    const receipt = await acting
    expect(receipt).toMatchObject({ effects: { built: 1, dropped: 0 }, judgement: { verdict: 'inconclusive' } })
    expect(receipt.summary).toContain(name)
    expect(receipt.problems?.join('\n')).toMatch(/waiting for more than 2 s \(55P03\)/)
    expect((await db.indexes()).map(index => index.name)).toEqual([name])
    await client.query('ROLLBACK')
    client.release()
    expect(await sweepOnce(originOfPool(db.pool as unknown as PoolShape), () => {})).toBe(true)
    expect(await db.indexes()).toEqual([])
  })

  it('is swept at once where the connection of its trial is lost', async () => {
    await db.sendUsual()
    const ending = new AbortController()
    const acting = db.act({ verifyMs: 600_000 }, ending.signal)
    await untilTrial()
    await db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    ending.abort()
    const receipt = await acting
    expect(receipt).toMatchObject({ effects: { built: 1, dropped: 1 }, judgement: { verdict: 'inconclusive' } })
    expect(await db.indexes()).toEqual([])
    const { rows } = await db.pool.query('SELECT outcome FROM homeostat_index')
    expect(rows).toEqual([{ outcome: 'lost' }])
    // Twice is enough.
    await db.pool.query(
      "INSERT INTO homeostat_index (name, schema, table_oid, definition, fingerprint, outcome) SELECT 'b', schema, table_oid, definition, fingerprint, outcome FROM homeostat_index",
    )
    expect((await db.act()).problems?.join()).toContain('begun 2 times')
  })

  it('stays where somebody has removed its comment, although the connection of its trial is lost', async () => {
    await db.sendUsual()
    const ending = new AbortController()
    const acting = db.act({ verifyMs: 600_000 }, ending.signal)
    const name = await untilTrial()
    await db.pool.query(`COMMENT ON INDEX ${name} IS NULL`)
    await db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    ending.abort()
    const receipt = await acting
    expect(receipt).toMatchObject({ effects: { built: 1, dropped: 0 }, judgement: { verdict: 'inconclusive' } })
    expect(receipt.summary).toMatch(/ which somebody has taken over$/)
    expect(receipt.undo).toBeUndefined()
    expect(await sweepOnce(originOfPool(db.pool as unknown as PoolShape), () => {})).toBe(true)
    expect(await db.indexes()).toEqual([{ name, valid: true, comment: null }])
    const { rows } = await db.pool.query('SELECT outcome FROM homeostat_index')
    expect(rows).toEqual([{ outcome: 'lost' }])
  })

  it('is known to every session, whatever its search_path is', async () => {
    await db.sendUsual()
    expect(await db.act()).toMatchObject({ effects: { built: 1 } })
    await db.pool.query('CREATE SCHEMA IF NOT EXISTS elsewhere')
    const here = originOfPool(db.pool as unknown as PoolShape)
    const options = '-c search_path=elsewhere,public'
    const elsewhere = { ...here, connectionOptions: () => ({ ...here.connectionOptions(), options }) }
    const session = (await IndexSession.open(elsewhere, () => {}, 60_000)) as IndexSession
    await using used = session
    expect(await (await IndexLog.open(used)).idleMs()).toBeLessThan(600_000)
    expect(await used.query("SELECT to_regclass('elsewhere.homeostat_index')::text AS name")).toEqual([{ name: null }])
  })
})
