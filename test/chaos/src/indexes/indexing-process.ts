// At its start this process sweeps what others have left. After a message it creates indexes, judges them and drops them without end, and is
// killed at any moment. The address of the database is its argument.
import { setTimeout as delay } from 'node:timers/promises'
import type { Loop } from '@homeostat/optimizer'
import { pg } from '@homeostat/pg/domain'
import { every } from '@homeostat/signals'
import { Pool } from 'pg'
import { READ } from './indexed-orders.ts'

const TICK_MS = 200
/** How much time passes for the sweeper from tick to tick. */
const TICK_AHEAD_MS = 5000
const MEASURE_MS = 200

const { instrumentation, actions, follow } = pg({
  slowQueryThresholdMs: 0,
  createIndex: {
    schemas: ['public'],
    window: '00:00-00:00',
    minIntervalMs: 0,
    baselineMs: MEASURE_MS,
    verifyMs: MEASURE_MS,
    maxWritesPerSecond: 1e9,
  },
  optimize: { minTableRows: 1000 },
})
instrumentation.enable()
const pool = new Pool({ connectionString: process.argv[2], max: 4 })
pool.on('error', () => {})

process.on('disconnect', () => process.exit())
await pool.query('SELECT 1')
let now = Date.now()
const ticks = (listener: (entry: { now: number }) => void): Disposable =>
  every(TICK_MS, () => listener({ now: (now += TICK_AHEAD_MS) }))
follow?.({ on: ticks, modeNow: () => 'act' } as unknown as Loop)
process.once('message', () => {
  void send()
  void act()
})
process.send?.('ready')

async function send(): Promise<void> {
  for (;;) {
    await pool.query(READ, [Math.floor(Math.random() * 2000)]).catch(() => {})
    await delay(3)
  }
}

async function act(): Promise<void> {
  const action = actions.find(({ name }) => name === 'query.createIndex')!
  const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
  for (;;) {
    // Now and then the loop wants it to end.
    const signal = AbortSignal.timeout(Math.random() < 0.5 ? Math.ceil(Math.random() * 1500) : 20_000)
    const context = { firing, options: undefined, now: Date.now(), signal, sliceMs: 5 }
    const receipt = await action.run(context).catch(() => undefined)
    // The kept index is dropped, so that the next run has something to create.
    await receipt?.undo?.({ now: Date.now(), signal: AbortSignal.timeout(5000) }).catch(() => {})
    await pool.query("UPDATE homeostat_index SET definition = 'any' WHERE outcome IS NOT NULL").catch(() => {})
    await delay(20)
  }
}
