import type { Loop, Mode } from '@homeostat/optimizer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { optimizeQueries } from '../../src/actions/optimize-queries.ts'
import { followLockWaits } from '../../src/diagnosis/follow-lock-waits.ts'
import { SeenLockWaits } from '../../src/diagnosis/seen-lock-waits.ts'
import { originOfPool } from '../../src/signals/origin.ts'
import { level } from '../collected.ts'
import { AdvisedDatabase } from '../advised-database.ts'

/** A value that must not reach any text. */
const SECRET = 'hunter2'

describe('a wait for a lock', () => {
  const db = new AdvisedDatabase([
    'CREATE TABLE orders AS SELECT i AS id, repeat($$x$$, 40) AS note FROM generate_series(1, 100) i',
  ])
  let mode: Mode
  let now: number
  let asked: number
  let seen: SeenLockWaits
  let following: Disposable

  beforeEach(() => {
    db.instrumentation.disable()
    db.observe(50)
    mode = 'advise'
    now = asked = 0
    seen = new SeenLockWaits()
    const ignore = db.instrumentation.ignore.bind(db.instrumentation)
    db.instrumentation.ignore = own => {
      asked++
      return ignore(own)
    }
    const loop = { modeNow: () => mode } as unknown as Loop
    following = followLockWaits(db.instrumentation, loop, seen, { clock: () => now, lookMs: 20 })
  })
  afterEach(() => following[Symbol.dispose]())

  /** Has a statement wait for a lock until `while` has ended. */
  async function locked(meanwhile: () => Promise<void>): Promise<void> {
    const holder = await db.pool.connect()
    await holder.query('BEGIN')
    await holder.query(`UPDATE orders SET note = '${SECRET}' WHERE id = 7`)
    const waiting = db.pool.query(`UPDATE orders SET note = '${SECRET}' WHERE id = 7`)
    await meanwhile()
    await holder.query('ROLLBACK')
    holder.release()
    await waiting
  }
  const turns = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
  const advice = (): string[] => seen.adviceSince(0, Infinity).map(([, { what }]) => what)

  const why = (): string => seen.adviceSince(0, Infinity)[0]?.[1].why ?? ''

  it('is seen while the statement waits, and advised when the lock is long gone', async () => {
    await locked(() => expect.poll(advice, { timeout: 30_000 }).toEqual([expect.stringMatching('UPDATE orders')]))
    expect(level(db.instrumentation, 'homeostat.db.lock_waits', {})).toBe(1)
    // What was seen is of the process; the clock of the test has not moved.
    const action = optimizeQueries(db.instrumentation, { withinMs: 1e9 }, seen)
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 11, since: 0 }
    const signal = AbortSignal.timeout(20_000)
    const receipt = await action.run({ firing, options: undefined, now: Date.now(), signal, sliceMs: 5 })
    expect(receipt.advice?.[0]).toEqual({
      what: 'shorten the transaction that holds a lock: UPDATE orders',
      why: expect.stringMatching(
        /^seen once while statements were slow, the last time \d+(\.\d)? s ago: up to 1 session waited for it, the longest for \d+\.\d s \(UPDATE orders\); by then it had been open for \d+\.\d s, and had sent nothing for \d+\.\d s: is a COMMIT/,
      ) as string,
    })
    expect(JSON.stringify(receipt)).not.toContain(SECRET)
  })

  it('is advised in the order in which they were seen', async () => {
    const wait = { sessions: 1, longestMs: 900, statements: ['SELECT orders'], openMs: undefined, silentMs: undefined }
    const holders = ['UPDATE a', 'UPDATE b', 'UPDATE c']
    const origin = originOfPool(db.pool as never)
    seen.note(
      origin,
      holders.map(holder => ({ ...wait, holder })),
      performance.now(),
    )
    const action = optimizeQueries(db.instrumentation, { withinMs: 1e9 }, seen)
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 11, since: 0 }
    const signal = AbortSignal.timeout(20_000)
    const { advice } = await action.run({ firing, options: undefined, now: Date.now(), signal, sliceMs: 5 })
    expect(advice?.map(({ what }) => what.split(': ')[1])).toEqual(holders)
  })

  it('is asked for at most every ten seconds, and less and less often while nobody waits', async () => {
    await locked(async () => {
      await expect.poll(() => asked, { timeout: 30_000 }).toBe(1)
      await expect.poll(advice, { timeout: 30_000 }).toHaveLength(1)
      await turns(200)
      expect(asked).toBe(1)
      now += 10_000
      await expect.poll(why, { timeout: 30_000 }).toMatch(/^seen in 2 looks/)
      expect(asked).toBe(2)
    })
    now += 10_000
    const client = await db.pool.connect()
    const sleeping = client.query('SELECT pg_sleep(3600)').catch(() => {})
    await expect.poll(() => asked, { timeout: 30_000 }).toBe(3)
    now += 10_000
    await expect.poll(() => asked, { timeout: 30_000 }).toBe(4)
    now += 19_000
    await turns(200)
    expect(asked).toBe(4)
    now += 1_000
    await expect.poll(() => asked, { timeout: 30_000 }).toBe(5)
    await db.pool.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")
    await sleeping
    client.release()
  })

  it('is not asked for in a mode that gives no advice, nor while no statement is slow', async () => {
    await db.pool.query('SELECT 1')
    await turns(200)
    mode = 'shadow'
    await locked(() => turns(200))
    expect(asked).toBe(0)
    expect(advice()).toEqual([])
  })
})
