import { performance } from 'node:perf_hooks'
import { IORedisInstrumentation } from '@homeostat/ioredis'
import { PgInstrumentation } from '@homeostat/pg'
import { BullMQInstrumentation } from '@homeostat/bullmq'
import { createRandom } from '@homeostat/signals/random'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { burn } from './burn.ts'

/** What one run of a job is made to cost, in milliseconds. */
export interface Plant {
  readonly cpuMs: number
  readonly databaseMs: number
  readonly redisMs: number
}

/** Jobs of several kinds that run at once. */
export const plants: Readonly<Record<string, Plant>> = {
  heavy: { cpuMs: 40, databaseMs: 0, redisMs: 0 },
  mixed: { cpuMs: 60, databaseMs: 150, redisMs: 150 },
  waiting: { cpuMs: 0, databaseMs: 250, redisMs: 250 },
  light: { cpuMs: 4, databaseMs: 0, redisMs: 0 },
}

export interface PlantedOptions {
  readonly redis: { readonly port: number; readonly url: string }
  readonly databaseUrl: string
  readonly concurrency: number
  /** At least so long, and up to ten times that until something is known of each: on a busy machine windows are few. */
  readonly seconds: number
  /** The part of the main thread that the plants burn. */
  readonly load: number
  readonly seed: number
}

/** What was learned of a plant, as a ratio to what was planted: infinite where nothing was learned, undefined where nothing was planted. */
export interface Attribution {
  readonly name: string
  readonly runs: number
  readonly cpu: number | undefined
  readonly database: number | undefined
  readonly redis: number | undefined
}

/** Runs planted jobs on real servers, and compares what was learned with what was planted. */
export async function attribute(options: PlantedOptions): Promise<Attribution[]> {
  const { redis, databaseUrl, concurrency, seconds, load, seed } = options
  const instrumentations = [new BullMQInstrumentation(), new PgInstrumentation(), new IORedisInstrumentation()] as const
  for (const instrumentation of instrumentations) instrumentation.enable()
  const [{ costs }] = instrumentations
  const pool = new pg.Pool({ connectionString: databaseUrl, max: concurrency })
  const waiters = Array.from({ length: concurrency }, () => new Redis(redis.url))
  const at = { connection: { port: redis.port }, prefix: crypto.randomUUID() }
  const queue = new Queue('planted', at)
  const run = async (name: string): Promise<void> => {
    const { cpuMs, databaseMs, redisMs } = plants[name]!
    burn(cpuMs / 2)
    if (databaseMs > 0) await pool.query('SELECT pg_sleep($1)', [databaseMs / 1000])
    if (redisMs > 0) {
      const waiter = waiters.pop()!
      await waiter.blpop('nothing', redisMs / 1000)
      waiters.push(waiter)
    }
    await Promise.resolve()
    burn(cpuMs / 2)
  }
  const worker = new Worker('planted', job => run(job.name), { ...at, concurrency })
  worker.on('error', () => {})
  // Redis looks for clients whose time is over so many times per second: at its default, a wait is up to 100 ms too long.
  await waiters[0]?.config('SET', 'hz', '500')
  const names = Object.keys(plants)
  const meanCpuMs = names.reduce((sum, name) => sum + plants[name]!.cpuMs, 0) / names.length
  const begin = performance.now()
  const mayEnd = (passedMs: number): boolean =>
    passedMs > 10_000 * seconds || (passedMs > 1000 * seconds && names.every(name => costs.of('planted', name)))
  const random = createRandom(seed)
  for (let turn = 0; !mayEnd(performance.now() - begin);) {
    // Never more in the queue than the worker can take soon: a saturated loop measures the loop.
    if ((await queue.count()) < 4 * concurrency)
      await queue.add(names[turn++ % names.length]!, {}, { removeOnComplete: true })
    const gapMs = (meanCpuMs / load) * -Math.log(1 - random())
    await new Promise(resolve => setTimeout(resolve, gapMs))
  }
  const found = names.map(name => {
    const cost = costs.of('planted', name)
    const { cpuMs, databaseMs, redisMs } = plants[name]!
    const ratio = (seconds: number | undefined, planted: number): number | undefined =>
      planted > 0 ? ((seconds ?? Number.POSITIVE_INFINITY) * 1000) / planted : undefined
    return {
      name,
      runs: cost?.runs ?? 0,
      cpu: ratio(cost?.cpuSeconds, cpuMs),
      database: ratio(cost?.databaseSeconds, databaseMs),
      redis: ratio(cost?.redisSeconds, redisMs),
    }
  })
  await worker.close()
  await queue.close()
  await pool.end()
  for (const waiter of waiters) waiter.disconnect()
  for (const instrumentation of instrumentations) instrumentation.disable()
  return found
}
