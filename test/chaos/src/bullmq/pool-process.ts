// A process whose jobs hold the connections of a pool, while something else asks for one every 10 ms. It is asked by its first argument.
import { setTimeout as sleep } from 'node:timers/promises'
import { bullmq } from '@homeostat/bullmq/domain'
import { pg } from '@homeostat/pg/domain'
import { Queue, Worker } from 'bullmq'
import type { PoolTask, PoolResult } from './pool-holders.ts'

const { redisPort, connectionString, share, seconds } = JSON.parse(process.argv[2] ?? '{}') as PoolTask

const POOL_SIZE = 8
const EVERY_MS = 10
const LONGEST_LEARNING_MS = 120_000

const domain = bullmq({ pollIntervalMs: 600_000 })
domain.instrumentation.enable()
pg().instrumentation.enable()
// Loaded after the instrumentation, as an application with --import has it.
const { Pool } = (await import('pg')).default
const pool = new Pool({ connectionString, max: POOL_SIZE })
const knob = domain.knobs.find(({ name }) => name === 'queue.admission.database')!

const connection = { port: redisPort }
const prefix = `{${crypto.randomUUID()}}`
const queue = new Queue('pool', { prefix, connection })
let reports = 0
const worker = new Worker(
  'pool',
  async ({ name }) => {
    if (name === 'report') {
      await pool.query('SELECT pg_sleep(0.1)')
      reports++
    } else await pool.query('SELECT 1')
  },
  { prefix, connection, concurrency: 16 },
)
worker.on('error', () => {})
// There are always jobs to do.
const feed = async (): Promise<void> => {
  if ((await queue.getWaitingCount()) > 200) return
  await queue.addBulk(
    Array.from({ length: 200 }, (_, at) => ({
      name: at % 4 === 0 ? 'light' : 'report',
      data: {},
      opts: { removeOnComplete: true },
    })),
  )
}
const feeding = setInterval(() => void feed(), 100)

const until = performance.now() + LONGEST_LEARNING_MS
await sleep(2000)
while (knob.unready?.() !== undefined) {
  if (performance.now() > until)
    throw new Error(`the costs of the jobs are not known after two minutes: ${knob.unready()}`)
  await sleep(250)
}
if (share < 1 && !(await knob.compareAndSet(1, share))) throw new Error('the knob was not set')
await sleep(2000)

const tookMs: number[] = []
reports = 0
const startedAt = performance.now()
while (performance.now() - startedAt < seconds * 1000) {
  const askedAt = performance.now()
  void pool.query('SELECT 1').then(() => tookMs.push(performance.now() - askedAt))
  await sleep(EVERY_MS)
}
const reportsPerSecond = (reports * 1000) / (performance.now() - startedAt)
clearInterval(feeding)
process.send?.({ tookMs, reportsPerSecond } satisfies PoolResult, () => process.exit())
