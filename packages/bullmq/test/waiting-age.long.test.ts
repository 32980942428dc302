import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type * as BullMQ from 'bullmq'
import { BullMQInstrumentation } from '../src/index.ts'
import { ageOf, faultsOf } from './gauges.ts'

const require = createRequire(import.meta.url)
const TWO_DAYS_MS = 2 * 24 * 3600 * 1000

let server: Server
beforeAll(async () => void (server = await startRedis()))
afterAll(() => server.stop())

/** Makes a job wait in a queue, and returns the time since which it waits. */
interface Scene {
  readonly queue: BullMQ.Queue
  readonly flow: BullMQ.FlowProducer
  readonly redis: Redis
  /** Runs a worker until it has ended so many jobs. */
  work(processor: (job: BullMQ.Job) => Promise<unknown>, jobs: number, options?: object): Promise<void>
}

const fails = (): Promise<never> => Promise.reject(new Error('planted'))
const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await delay(2)
}
const isWaiting = (queue: BullMQ.Queue, jobs = 1) =>
  until(async () => (await queue.getJobCountByTypes('waiting', 'prioritized')) >= jobs)

/** Each way a job can come to wait. Every job is two days old where BullMQ allows it, so that its own time never fits. */
const WAYS: Record<string, (scene: Scene) => Promise<unknown>> = {
  '2-52: retried by hand after it failed': async ({ queue, work }) => {
    const job = await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS })
    await work(fails, 1)
    await (await queue.getJob(job.id!))!.retry()
  },
  '2-52: retried by hand with its attempts forgotten': async ({ queue, work }) => {
    const job = await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS })
    await work(fails, 1)
    await (await queue.getJob(job.id!))!.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
  },
  '2-52: run again after it was completed': async ({ queue, work }) => {
    const job = await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS })
    await work(async () => 1, 1)
    await (await queue.getJob(job.id!))!.retry('completed')
  },
  '2-52: all failed ones retried at once': async ({ queue, work }) => {
    const timestamp = Date.now() - TWO_DAYS_MS
    await queue.addBulk(Array.from({ length: 30 }, () => ({ name: 'a', data: {}, opts: { timestamp } })))
    await work(fails, 30)
    await queue.retryJobs({ state: 'failed' })
  },
  '2-52: retried by hand, with a priority': async ({ queue, work }) => {
    const job = await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS, priority: 7 })
    await work(fails, 1)
    await (await queue.getJob(job.id!))!.retry()
  },
  '2-52: retried at once by its own attempts': async ({ queue, work }) => {
    await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS, attempts: 2 })
    await work(fails, 1)
  },
  '2-52: retried by its own attempts after a backoff': async ({ queue, work }) => {
    await queue.add(
      'a',
      {},
      { timestamp: Date.now() - TWO_DAYS_MS, attempts: 2, backoff: { type: 'fixed', delay: 30 } },
    )
    await work(fails, 1)
    await until(async () => (await queue.getDelayed())[0] !== undefined)
    await delay(30)
  },
  '2-53: promoted an hour before it is due': async ({ queue }) => {
    const job = await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS, delay: TWO_DAYS_MS + 3_600_000 })
    await job.promote()
  },
  '2-53: all delayed ones promoted': async ({ queue }) => {
    await queue.add('a', {}, { delay: 3_600_000 })
    await queue.promoteJobs()
  },
  '2-53: promoted with a priority': async ({ queue }) => {
    const job = await queue.add('a', {}, { delay: 3_600_000, priority: 3 })
    await job.promote()
  },
  '2-53: due after its delay was made longer': async ({ queue }) => {
    const job = await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS, delay: TWO_DAYS_MS + 60_000 })
    await job.changeDelay(25)
    await delay(25)
  },
  '2-53: promoted after its delay was made shorter': async ({ queue }) => {
    const job = await queue.add('a', {}, { delay: 3_600_000 })
    await job.changeDelay(1_800_000)
    await job.promote()
  },
  '2-53: due by its own delay, while no worker is free': async ({ queue }) => {
    await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS, delay: TWO_DAYS_MS + 20 })
    await delay(20)
  },
  'delayed again by its processor': async ({ queue, work }) => {
    await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS })
    const { DelayedError } = require('bullmq') as typeof BullMQ
    await work(async job => {
      await job.moveToDelayed(Date.now() + 20, job.token)
      throw new DelayedError()
    }, 0).catch(() => undefined)
    await until(async () => (await queue.getDelayedCount()) === 1)
    await delay(20)
  },
  'moved back by its processor': async ({ queue, work }) => {
    await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS })
    await work(async job => {
      await job.moveToWait(job.token)
      const { WaitingError } = require('bullmq') as typeof BullMQ
      throw new WaitingError()
    }, 0)
    await isWaiting(queue)
  },
  'moved back by a rate limit': async ({ queue, work }) => {
    await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS })
    const { RateLimitError } = require('bullmq') as typeof BullMQ
    await work(async () => {
      await queue.rateLimit(300)
      throw new RateLimitError()
    }, 0)
    await isWaiting(queue)
  },
  'moved back by a rate limit, with a priority': async ({ queue, work }) => {
    await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS, priority: 5 })
    const { RateLimitError } = require('bullmq') as typeof BullMQ
    await work(async () => {
      await queue.rateLimit(300)
      throw new RateLimitError()
    }, 0)
    await isWaiting(queue)
  },
  'stalled and moved back': async ({ queue, redis, work }) => {
    const job = await queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS })
    // As a process leaves it that died: active, and without its lock.
    const [active, wait] = [queue.keys['active']!, queue.keys['wait']!]
    await redis.multi().lmove(wait, active, 'RIGHT', 'LEFT').hset(queue.toKey(job.id!), 'processedOn', 1).exec()
    await redis.sadd(queue.keys['stalled']!, job.id!)
    await work(async () => 1, 0, { stalledInterval: 20, autorun: false })
    await isWaiting(queue)
  },
  'a parent whose children have finished': async ({ queue, flow, work }) => {
    const opts = { timestamp: Date.now() - TWO_DAYS_MS }
    const children = Array.from({ length: 3 }, () => ({ name: 'child', queueName: queue.name, opts }))
    await flow.add({ name: 'parent', queueName: queue.name, opts, children })
    await work(async () => 1, 3)
    await isWaiting(queue)
  },
  'a parent whose child failed': async ({ queue, flow, work }) => {
    const opts = { timestamp: Date.now() - TWO_DAYS_MS }
    const children = [{ name: 'child', queueName: queue.name, opts: { ...opts, ignoreDependencyOnFailure: true } }]
    await flow.add({ name: 'parent', queueName: queue.name, opts, children })
    await work(fails, 1)
    await isWaiting(queue)
  },
  'made by a scheduler': async ({ queue }) => {
    await queue.upsertJobScheduler('hourly', { every: 3_600_000, startDate: new Date(Date.now() - TWO_DAYS_MS) })
    await until(async () => (await queue.getJobCountByTypes('waiting', 'delayed')) > 0)
    for (const job of await queue.getDelayed()) await job.promote()
  },
  'added last in, first out': ({ queue }) => queue.add('a', {}, { lifo: true }),
  'added in bulk': ({ queue }) =>
    queue.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ]),
}

const LIBRARIES = { 'BullMQ 6': 'bullmq', 'BullMQ 5': 'bullmq-5' }

describe.each(Object.entries(LIBRARIES))('the oldest waiting age in %s', (_version, library) => {
  const { Queue, Worker, FlowProducer } = require(library) as typeof BullMQ
  let scene: Scene
  let instrumentation: BullMQInstrumentation
  const open: { close(): Promise<void> }[] = []

  beforeEach(() => {
    const connection = { host: server.host, port: server.port }
    const options = { connection, prefix: crypto.randomUUID() }
    const redis = new Redis(server.url)
    const queue = new Queue('work', options)
    const flow = new FlowProducer(options)
    open.push({ close: async () => redis.disconnect() }, queue, flow)
    scene = {
      queue,
      flow,
      redis,
      async work(processor, jobs, more) {
        let ended = 0
        const isOneRun = jobs === 0
        const done = Promise.withResolvers<void>()
        const worker: BullMQ.Worker = new Worker(
          'work',
          async job => {
            // Taken on before the worker is closed below: nothing more may be taken meanwhile.
            ended++
            if (isOneRun || ended >= jobs) void worker.pause(true).then(() => done.resolve())
            return processor(job as BullMQ.Job)
          },
          { ...options, ...more },
        )
        if (more !== undefined && 'stalledInterval' in more) {
          await worker.startStalledCheckTimer()
          await isWaiting(queue)
        } else await done.promise
        await worker.close()
      },
    }
    instrumentation = new BullMQInstrumentation({ pollIntervalMs: 20, timeoutMs: 10_000 })
  })
  afterEach(async () => {
    instrumentation.disable()
    await Promise.all(open.splice(0).map(object => object.close()))
  })

  /** The age in ms at the first reading from now on. */
  const reading = async (): Promise<number> => {
    await expect.poll(() => ageOf(instrumentation, 'work'), { timeout: 10_000, interval: 5 }).toBeGreaterThan(0)
    return ageOf(instrumentation, 'work')! * 1000
  }

  it.each(Object.entries(WAYS))('%s', async (_way, begin) => {
    const before = Date.now()
    await begin(scene)
    const after = Date.now()
    await delay(150)
    instrumentation.enable()
    await scene.queue.getJobCounts()
    const age = await reading()
    const now = Date.now()
    expect(age).toBeGreaterThanOrEqual(Math.min(140, now - after - 60))
    expect(age).toBeLessThanOrEqual(now - before + 10)
    expect(faultsOf(instrumentation)).toEqual({})
  })

  it('2-52: is never too large when the event stream has lost what happened, and grows from then on', async () => {
    const job = await scene.queue.add('a', {}, { timestamp: Date.now() - TWO_DAYS_MS })
    await scene.work(fails, 1)
    instrumentation.enable()
    await scene.queue.getJobCounts()
    await expect.poll(() => ageOf(instrumentation, 'work'), { timeout: 10_000 }).toBe(0)
    const before = Date.now()
    const failed = await scene.queue.getJob(job.id!)
    await Promise.all([failed!.retry(), scene.redis.del(scene.queue.keys['events']!)])
    await expect
      .poll(() => ageOf(instrumentation, 'work')! * 1000, { timeout: 10_000, interval: 5 })
      .toBeGreaterThan(100)
    // The reading before found nobody waiting, so the job may seem to wait since then: one interval at most.
    expect(ageOf(instrumentation, 'work')! * 1000).toBeLessThan(Date.now() - before + 2_000)
  })

  it('an old job behind newer ones that go first is found', async () => {
    const timestamp = Date.now() - TWO_DAYS_MS
    await scene.queue.add('old', {}, { timestamp })
    for (let n = 0; n < 10; n++) await scene.queue.add('new', {}, { lifo: true })
    await scene.queue.addBulk(Array.from({ length: 100 }, () => ({ name: 'new', data: {} })))
    instrumentation.enable()
    await scene.queue.getJobCounts()
    expect(await reading()).toBeGreaterThan(TWO_DAYS_MS - 1)

    await scene.queue.drain()
    await scene.queue.add('old', {}, { timestamp, priority: 9 })
    for (let n = 0; n < 5; n++) await scene.queue.add('new', {}, { priority: 1 + n })
    await expect
      .poll(() => ageOf(instrumentation, 'work')! * 1000, { timeout: 10_000 })
      .toBeGreaterThan(TWO_DAYS_MS - 1)
  })
})
