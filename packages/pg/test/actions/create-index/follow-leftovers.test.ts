import type { Loop, Mode } from '@homeostat/optimizer'
import { followLines } from '@homeostat/signals'
import { startPostgres, type Postgres } from '@homeostat/services'
import pgDriver from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { followLeftovers, SweepTimes } from '../../../src/actions/create-index/follow-leftovers.ts'
import { PgInstrumentation } from '../../../src/index.ts'
import { originOfPool, sessionKeyOf } from '../../../src/signals/origin.ts'
import type { PoolShape } from '../../../src/signals/driver.ts'

const COMMENT = 'homeostat: trial since 2026-01-01T00:00:00.000Z for slow SELECT orders, fingerprint 0123456789abcdef'

/** A loop that ticks by hand. */
class HandLoop {
  mode: Mode = 'off'
  #now = 0
  #listener: ((entry: { now: number }) => void) | undefined

  modeNow(): Mode {
    return this.mode
  }

  on(listener: (entry: { now: number }) => void): Disposable {
    this.#listener = listener
    return { [Symbol.dispose]: () => (this.#listener = undefined) }
  }

  tick(aheadMs = 5000): void {
    this.#now += aheadMs
    this.#listener?.({ now: this.#now })
  }
}

describe('leftovers of a process that was killed', () => {
  let server: Postgres
  let instrumentation: PgInstrumentation
  let pool: pgDriver.Pool
  let loop: HandLoop
  let following: Disposable
  let lines: string[]
  let listening: Disposable

  beforeAll(async () => {
    server = await startPostgres()
    await withAdmin(async admin => {
      await admin.query('CREATE ROLE reader LOGIN PASSWORD $$reader$$')
      await admin.query('CREATE TABLE orders (id int, customer_id int)')
      await admin.query('GRANT SELECT ON orders TO reader')
    })
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    await withAdmin(async admin => {
      await admin.query('CREATE INDEX homeostat_auto_orders_id_0123456789ab ON orders (id)')
      await admin.query(`COMMENT ON INDEX homeostat_auto_orders_id_0123456789ab IS '${COMMENT}'`)
    })
    instrumentation = new PgInstrumentation()
    instrumentation.enable()
    loop = new HandLoop()
    lines = []
    listening = followLines((_, text) => lines.push(text))
  })
  afterEach(async () => {
    following[Symbol.dispose]()
    listening[Symbol.dispose]()
    await pool.end()
    instrumentation.disable()
    await withAdmin(admin => admin.query('DROP INDEX IF EXISTS homeostat_auto_orders_id_0123456789ab'))
  })

  async function withAdmin<T>(work: (admin: pgDriver.Client) => Promise<T>): Promise<T> {
    const admin = new pgDriver.Client({ connectionString: server.url })
    await admin.connect()
    try {
      return await work(admin)
    } finally {
      await admin.end()
    }
  }

  async function follow(url: string): Promise<void> {
    pool = new pgDriver.Pool({ connectionString: url, max: 1 })
    await pool.query('SELECT 1')
    following = followLeftovers(instrumentation, loop as unknown as Loop)
  }

  const isThere = (): Promise<boolean> =>
    withAdmin(async admin => {
      const { rows } = await admin.query(
        "SELECT 1 FROM pg_class WHERE relname = 'homeostat_auto_orders_id_0123456789ab'",
      )
      return rows.length > 0
    })

  it('are named in mode advise, with the statement that drops them, and dropped in mode act alone', async () => {
    await follow(server.url)
    for (const mode of ['off', 'shadow'] as const) {
      loop.mode = mode
      for (let at = 0; at < 3; at++) loop.tick()
    }
    loop.mode = 'advise'
    loop.tick()
    await expect
      .poll(() => lines.join('\n'), { timeout: 20_000 })
      .toContain('DROP INDEX CONCURRENTLY "public"."homeostat_auto_orders_id_0123456789ab"')
    expect(lines).toHaveLength(1)
    expect(await isThere()).toBe(true)
    loop.mode = 'act'
    await expect.poll(() => (loop.tick(600_000), isThere()), { timeout: 20_000 }).toBe(false)
  })

  it('are left to those who own them', async () => {
    const url = new URL(server.url)
    url.username = 'reader'
    url.password = 'reader'
    await follow(url.href)
    let sessions = 0
    const ignore = instrumentation.ignore.bind(instrumentation)
    instrumentation.ignore = own => {
      sessions++
      return ignore(own)
    }
    loop.mode = 'act'
    loop.tick()
    await expect.poll(() => sessions, { timeout: 20_000 }).toBe(1)
    // It has looked, found nothing that it may drop, and does not come again for ten minutes.
    for (let at = 0; at < 20; at++) {
      loop.tick(20_000)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    expect(sessions).toBe(1)
    expect(await isThere()).toBe(true)
  })
})

it('waits longer and longer where something may be left', () => {
  const times = new SweepTimes()
  const origin = originOfPool(
    new pgDriver.Pool({ connectionString: 'postgres://a:b@localhost:1/c' }) as unknown as PoolShape,
  )
  let [now, last] = [0, 0]
  const waits: number[] = []
  while (waits.length < 9) {
    if (times.isDue(origin, now)) {
      waits.push((now - last) / 1000)
      last = now
      times.again(origin, now)
    }
    now += 5000
  }
  expect(waits).toEqual([0, 15, 30, 60, 120, 240, 480, 600, 600])
  times.soon(sessionKeyOf(origin))
  expect(times.isDue(origin, now)).toBe(true)
  times.done(origin, now)
  expect([times.isDue(origin, now + 599_999), times.isDue(origin, now + 600_000)]).toEqual([false, true])
  const other = originOfPool(
    new pgDriver.Pool({ connectionString: 'postgres://a:b@localhost:1/c', user: 'd' }) as unknown as PoolShape,
  )
  expect(times.isDue(other, now)).toBe(true)
})
