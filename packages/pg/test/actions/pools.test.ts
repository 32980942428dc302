import type { ActionContext, Firing, Knob } from '@homeostat/optimizer'
import { startPostgres, type Postgres } from '@homeostat/services'
import { runAsWork, WorkUnit } from '@homeostat/signals'
import { describeKnob } from '@homeostat/conformance'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPoolExplain, createPoolMax } from '../../src/domain.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { shareOfRoom } from '../../src/actions/server-room.ts'

let db: Postgres
beforeAll(async () => void (db = await startPostgres()))
afterAll(() => db.stop())

let instrumentation: PgInstrumentation
let pool: pg.Pool
beforeEach(async () => {
  instrumentation = new PgInstrumentation({ poolName: () => 'shop', leakAfterMs: 1000 })
  instrumentation.enable()
  pool = new pg.Pool({ connectionString: db.url, max: 2 })
  await pool.query('SELECT 1')
})
afterEach(async () => {
  await pool.end()
  instrumentation.disable()
})

const firing: Firing = {
  alert: 'PoolExhausted',
  labels: { db_client_connection_pool_name: 'shop' },
  annotations: {},
  value: 1,
  since: 0,
}
const context = (): ActionContext => ({
  firing,
  options: undefined,
  now: Date.now(),
  signal: new AbortController().signal,
  sliceMs: 2,
})

describe('pool.explain', () => {
  it('names who has the connections, and those that leak', async () => {
    const explain = createPoolExplain(instrumentation)
    const leaked = await runAsWork(new WorkUnit({ workName: 'job invoice of mails' }), () => pool.connect())
    await leaked.query("SELECT 'secret-4711'")
    await new Promise(resolve => setTimeout(resolve, 1100))
    const receipt = await explain.run(context())
    expect(receipt.summary).toMatch(/^1 of 2 connections of the pool shop are held: job invoice of mails for 1\.\d s$/)
    expect(receipt.advice).toEqual([
      {
        what: expect.stringContaining('give back 1 connection of the pool shop that nobody uses') as string,
        why: expect.stringMatching(
          /^held for 1\.\d s by job invoice of mails, silent for 1\.\d s, last statement SELECT$/,
        ) as string,
      },
    ])
    expect(JSON.stringify(receipt)).not.toContain('4711')
    leaked.release()
  })

  it('is not ready for an alert about no pool of this process', () => {
    const explain = createPoolExplain(instrumentation)
    expect(explain.unready?.({ ...firing, labels: {} })).toContain('has no label')
    expect(explain.unready?.({ ...firing, labels: { db_client_connection_pool_name: 'other' } })).toBe(
      'this process has no pool other',
    )
    expect(explain.unready?.(firing)).toBeUndefined()
  })
})

describe('pool.max', () => {
  const ready = async (): Promise<ReturnType<typeof createPoolMax>> => {
    const knob = createPoolMax({ instrumentation })
    await expect.poll(() => knob.unready?.(), { timeout: 5000 }).toBeUndefined()
    return knob
  }

  it('lets a pool open more connections, also for calls that wait already, and has its own value back', async () => {
    const knob = await ready()
    const held = [await pool.connect(), await pool.connect()]
    const waiting = pool.connect()
    expect(await knob.compareAndSet(1, 1.5)).toBe(true)
    expect(pool.options.max).toBe(3)
    held.push(await waiting)
    expect(await knob.compareAndSet(1.5, 1)).toBe(true)
    expect(pool.options.max).toBe(2)
    for (const client of held) client.release()
  })

  it('a limit that somebody else has set meanwhile stands', async () => {
    const knob = await ready()
    await knob.compareAndSet(1, 2)
    pool.options.max = 7
    await knob.compareAndSet(2, 1)
    expect(pool.options.max).toBe(7)
  })

  it('leaves a pool alone that has no size, or whose options are frozen, and sets the others', async () => {
    const odd = [1.5, -1].map(max => new pg.Pool({ connectionString: db.url, max }))
    const frozen = new pg.Pool({ connectionString: db.url, max: 2 })
    Object.freeze(frozen.options)
    for (const each of [odd[0]!, frozen]) await each.query('SELECT 1')
    const knob = await ready()
    expect(await knob.compareAndSet(1, 2)).toBe(true)
    expect([...odd, frozen, pool].map(({ options }) => options.max)).toEqual([3, -1, 2, 4])
    expect(await knob.compareAndSet(2, 1)).toBe(true)
    expect([...odd, frozen, pool].map(({ options }) => options.max)).toEqual([1.5, -1, 2, 2])
    for (const each of [odd[0]!, frozen]) await each.end()
  })

  it('never takes more than the share of a process of what the server has free', async () => {
    expect(shareOfRoom({ most: 97, open: 10 }, 10)).toBe(77)
    expect(shareOfRoom({ most: 97, open: 40 }, 10)).toBe(11)
    expect(shareOfRoom({ most: 97, open: 90 }, 10)).toBe(0)
    for (const own of [0, 1]) expect(shareOfRoom({ most: 97, open: 0 }, own)).toBe(87)
  })
})

let knob: Knob
describeKnob('pool.max', {
  create: async () => {
    knob = createPoolMax({ instrumentation })
    await expect.poll(() => knob.unready?.(), { timeout: 5000 }).toBeUndefined()
    return knob
  },
  // What the pool says is in whole connections; the share itself is the knob's, and has to agree.
  value() {
    const share = knob.read() as number
    expect(pool.options.max).toBe(share > 1 ? Math.ceil(2 * share) : Math.max(1, Math.round(2 * share)))
    return share
  },
  // Nobody but the knob has the share: a person goes through it as well.
  setByHand: async share => void (await knob.compareAndSet(knob.read() as number, share)),
})
