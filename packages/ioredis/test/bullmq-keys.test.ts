import { startRedis, type Redis as Server } from '@homeostat/services'
import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { IORedisInstrumentation } from '../src/index.ts'
import { countsOf, faultsOf } from './counts.ts'

let server: Server
beforeAll(async () => void (server = await startRedis()))
afterAll(() => server.stop())

/** Everything of BullMQ that reads, on one connection of the application and on connections of its own. */
async function useQueue(name: string, prefix: string, shared: Redis): Promise<void> {
  for (const connection of [shared, { host: server.host, port: server.port }]) {
    const options = { connection, prefix }
    const queue = new Queue(name, options)
    const events = new QueueEvents(name, { connection: { host: server.host, port: server.port }, prefix })
    const flow = new FlowProducer(options)
    const job = await queue.add('a', { n: 1 })
    const tree = await flow.add({ name: 'parent', queueName: name, children: [{ name: 'child', queueName: name }] })
    await queue.getJob('missing')
    await queue.getMeta()
    await queue.getWorkers()
    await queue.upsertJobScheduler('hourly', { every: 3_600_000 })
    await queue.getJobSchedulers()
    await flow.getFlow({ id: tree.job.id!, queueName: name })
    const worker = new Worker(name, async () => 1, options)
    await events.waitUntilReady()
    await job.waitUntilFinished(events)
    await job.getState()
    await Promise.all([worker.close(), events.close(), flow.close()])
    await queue.close()
  }
}

it.each(['{bull}', 'bull', '{shop}', 'shop', 'shop:jobs', 'eu:{shop}:1'])(
  '2-55: the reads of BullMQ with the prefix %s are not cache lookups',
  async prefix => {
    const instrumentation = new IORedisInstrumentation()
    instrumentation.enable()
    const shared = new Redis(server.url, { maxRetriesPerRequest: null })
    try {
      await useQueue(`mail-${crypto.randomUUID()}`, prefix, shared)
      expect(countsOf(instrumentation)).toEqual({ hit: 0, miss: 0 })
      // The application's own keys still count, also those that look alike.
      await shared.get(`${prefix}-cache:user:1`)
      await shared.get('cache:user:1')
      expect(countsOf(instrumentation)).toEqual({ hit: 0, miss: 2 })
      expect(faultsOf(instrumentation)).toBe(0)
    } finally {
      shared.disconnect()
      instrumentation.disable()
    }
  },
)

it("2-55: a queue from before enable is known from its next use, and the application's keys of its prefix count", async () => {
  const shared = new Redis(server.url, { maxRetriesPerRequest: null })
  const queue = new Queue(`mail-${crypto.randomUUID()}`, { connection: shared, prefix: 'shop' })
  await queue.waitUntilReady()
  const instrumentation = new IORedisInstrumentation()
  instrumentation.enable()
  await queue.add('a', {})
  await queue.getJob('missing')
  await shared.get('shop:user:1')
  expect(countsOf(instrumentation)).toEqual({ hit: 0, miss: 1 })
  instrumentation.disable()
  await queue.close()
  shared.disconnect()
})

it('2-55: the lookups of an application with a thousand queues count, also below the prefix of the queues', async () => {
  const instrumentation = new IORedisInstrumentation()
  instrumentation.enable()
  const shared = new Redis(server.url, { maxRetriesPerRequest: null })
  const prefix = crypto.randomUUID()
  const queues = Array.from({ length: 1000 }, (_, n) => {
    return new Queue(`tenant-${n}`, { connection: shared, prefix, skipMetasUpdate: true })
  })
  await queues[0]!.getJob('missing')
  await queues[999]!.getJob('missing')
  expect(countsOf(instrumentation)).toEqual({ hit: 0, miss: 0 })
  await shared.get(`${prefix}:user:1`)
  await shared.get(`${prefix}:tenant-7`)
  await shared.get(`${prefix}:tenant-1000:cache`)
  expect(countsOf(instrumentation)).toEqual({ hit: 0, miss: 3 })
  await Promise.all(queues.map(queue => queue.close()))
  shared.disconnect()
  instrumentation.disable()
})
