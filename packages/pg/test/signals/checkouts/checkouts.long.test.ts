import { startPostgres, type Postgres } from '@homeostat/services'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '@homeostat/signals/random'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PgInstrumentation } from '../../../src/index.ts'
import { level } from '../../collected.ts'
import { pools, runSchedule } from './schedules.ts'

let db: Postgres
beforeAll(async () => void (db = await startPostgres()))
afterAll(() => db.stop())

it('in 200 random schedules the numbers of a pool equal what was done, at every step', async () => {
  const instrumentation = new PgInstrumentation({ poolName: pool => pools.get(pool) })
  instrumentation.enable()
  try {
    let compared = 0
    for (let seed = 1; seed <= 200; seed++) compared += await runSchedule(db.url, instrumentation, seed)
    expect(compared).toBeGreaterThan(1000)
  } finally {
    instrumentation.disable()
  }
}, 180_000)

it('every leak is found, and none in 10,000 healthy checkouts, whatever those do', async () => {
  const lines: string[] = []
  const quiet = (): void => {}
  diag.setLogger(
    { error: quiet, warn: line => void lines.push(line), info: quiet, debug: quiet, verbose: quiet },
    DiagLogLevel.WARN,
  )
  const instrumentation = new PgInstrumentation({ leakAfterMs: 1000, captureCheckouts: true, poolName: () => 'shop' })
  instrumentation.enable()
  const pool = new pg.Pool({ connectionString: db.url, max: 30 })
  const held: pg.PoolClient[] = []
  const read = (): number | undefined => level(instrumentation, 'homeostat.db.connection.leaked', {})
  try {
    const LEAKS = 10
    const leaked = await Promise.all(Array.from({ length: LEAKS }, () => pool.connect()))
    held.push(...leaked)
    await Promise.all(leaked.slice(5).map(client => client.query('SELECT 1')))
    // One that listens, one whose statement takes long, and one that is used now and then are healthy.
    const listener = await pool.connect()
    listener.on('notification', quiet)
    await listener.query('LISTEN orders')
    const slow = await pool.connect()
    const steady = await pool.connect()
    held.push(listener, slow, steady)
    const random = createRandom(1)
    let most = 0
    const watch = setInterval(() => void (most = Math.max(most, read() ?? 0)), 50)
    let checkouts = 0
    const ended = new AbortController()
    const work = async (): Promise<void> => {
      while (checkouts++ < 10_000) {
        const client = await pool.connect()
        await client.query('SELECT 1')
        if (random() < 0.01) await sleep(random() * 300)
        client.release(random() < 0.001)
      }
    }
    const used = (async () => {
      for (; !ended.signal.aborted; await sleep(300)) await steady.query('SELECT 1')
    })()
    const slept = (async () => {
      while (!ended.signal.aborted) await slow.query('SELECT pg_sleep(1.5)')
    })()
    await Promise.all(Array.from({ length: 12 }, work))
    clearInterval(watch)
    expect(read()).toBe(LEAKS)
    expect(most).toBe(LEAKS)
    expect(lines).toHaveLength(LEAKS)
    for (const line of lines)
      expect(line).toMatch(/shop looks leaked: .*checked out at .*checkouts\.long\.test\.ts:\d+/)
    ended.abort()
    await Promise.all([used, slept])
    // A connection that is given back is not leaked any more.
    for (const client of held.splice(0)) client.release()
    expect(read()).toBe(0)
  } finally {
    for (const client of held) client.release()
    await pool.end()
    instrumentation.disable()
    diag.disable()
  }
}, 60_000)
