import { tracingChannel } from 'node:diagnostics_channel'
import { Queue } from 'bullmq'
import { context, createContextKey } from '@opentelemetry/api'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { asyncLocalContexts } from './contexts.ts'
import { ageOf, faultsOf, jobsOf } from './gauges.ts'
import { ObservedRedis } from './observed-redis.ts'

// A server of its own: the tests pause it and read its command statistics.
const redis = new ObservedRedis(50)

const jobs = (queue: string) => jobsOf(redis.instrumentation, queue)
const age = (queue: string) => ageOf(redis.instrumentation, queue)
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000, interval: 20 })
/** Scripts that the server has run as they were sent; BullMQ itself sends only their hashes. */
const calls = async (): Promise<number> =>
  Number(/cmdstat_eval:calls=(\d+)/.exec(await redis.admin.info('commandstats'))?.[1] ?? 0)
const none = { waiting: 0, paused: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, failed: 0 }

test('the queues of an application are reported by name and state', async () => {
  const [webhook, analytics] = [redis.queue('webhook'), redis.queue('analytics'), redis.queue('notifications')]
  await webhook.addBulk(Array.from({ length: 3 }, () => ({ name: 'send', data: {} })))
  await webhook.add('later', {}, { delay: 60_000 })
  await analytics.add('urgent', {}, { priority: 1 })
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 3, delayed: 1 })
  await eventually(() => jobs('analytics')).toEqual({ ...none, prioritized: 1 })
  await eventually(() => jobs('notifications')).toEqual(none)
  expect(age('notifications')).toBe(0)
})

test('a worker alone is enough, and what it does shows', async () => {
  const producer = new Queue('webhook', { ...redis.at })
  await producer.addBulk(Array.from({ length: 3 }, () => ({ name: 'send', data: {} })))
  await producer.close()
  await eventually(() => jobs('webhook')).toBe(undefined)
  const running: (() => void)[] = []
  redis.worker('webhook', () => new Promise<void>((_, reject) => running.push(() => reject(new Error('no')))))
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 2, active: 1 })
  running.pop()?.()
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 1, active: 1, failed: 1 })
  running.pop()?.()
  await eventually(() => jobs('webhook')?.['failed']).toBe(2)
  running.pop()?.()
  await eventually(() => jobs('webhook')).toEqual({ ...none, failed: 3 })
})

test('the age is that of the job that has waited longest, without the delay it asked for', async () => {
  const queue = redis.queue('webhook')
  const now = Date.now()
  await queue.add('old', {}, { timestamp: now - 60_000 })
  await queue.add('new', {}, { timestamp: now - 1_000 })
  await eventually(() => age('webhook')).toBeGreaterThan(59)
  expect(age('webhook')).toBeLessThan(90)

  const analytics = redis.queue('analytics')
  const delayed = await analytics.add('delayed', {}, { timestamp: now - 60_000, delay: 55_000 })
  await delayed.promote().catch(() => undefined)
  await eventually(() => jobs('analytics')?.['waiting']).toBe(1)
  expect(age('analytics')).toBeLessThan(50)

  const notifications = redis.queue('notifications')
  await notifications.add('first', {}, { timestamp: now - 60_000, lifo: true })
  await notifications.add('second', {}, { timestamp: now - 1_000, lifo: true })
  await eventually(() => age('notifications')).toBeGreaterThan(59)
})

test('the jobs of a paused queue count as paused and have no age', async () => {
  const queue = redis.queue('webhook')
  await queue.add('old', {}, { timestamp: Date.now() - 60_000 })
  await queue.pause()
  await eventually(() => jobs('webhook')).toEqual({ ...none, paused: 1 })
  expect(age('webhook')).toBe(0)
  await queue.resume()
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 1 })
  expect(age('webhook')).toBeGreaterThan(59)
})

test('any number of objects of one queue make one reading an interval', async () => {
  const queues = [redis.queue('webhook'), redis.queue('webhook'), redis.queue('webhook')]
  redis.worker('webhook', async () => undefined)
  await Promise.all(queues.map(queue => queue.waitUntilReady()))
  await eventually(() => jobs('webhook')).toBeDefined()
  const [before, startedAt] = [await calls(), performance.now()]
  await expect.poll(async () => (await calls()) - before, { timeout: 10_000 }).toBeGreaterThanOrEqual(5)
  expect((await calls()) - before).toBeLessThanOrEqual((performance.now() - startedAt) / 50 + 2)
})

test('queues that share only the name add up', async () => {
  const [here, there] = [redis.queue('webhook'), redis.queue('webhook', { prefix: `${redis.at.prefix}-other` })]
  await here.add('a', {}, { timestamp: Date.now() - 60_000 })
  await there.addBulk([
    { name: 'b', data: {} },
    { name: 'c', data: {} },
  ])
  await eventually(() => jobs('webhook')?.['waiting']).toBe(3)
  expect(age('webhook')).toBeGreaterThan(59)
})

test('a queue is gone with its last object', async () => {
  const [queue, worker] = [redis.queue('webhook'), redis.worker('webhook', async () => undefined)]
  await eventually(() => jobs('webhook')).toEqual(none)
  await queue.close()
  await eventually(() => jobs('webhook')).toEqual(none)
  await worker.close()
  expect(jobs('webhook')).toBe(undefined)
  expect(age('webhook')).toBe(undefined)
  expect(faultsOf(redis.instrumentation)).toEqual({})
})

test('a Redis that does not answer gets one reading at most, old values are dropped, and all returns with it', async () => {
  const queue = redis.queue('webhook')
  await queue.add('a', {})
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 1 })
  // WRITE holds scripts up as well; ALL would also hold up the command that ends it.
  await redis.admin.call('CLIENT', 'PAUSE', '60000', 'WRITE')
  await eventually(() => jobs('webhook')).toBe(undefined)
  expect(age('webhook')).toBe(undefined)
  expect(faultsOf(redis.instrumentation)).toEqual({ HOMEOSTAT_QUEUE_READING_SLOW: 1 })
  await new Promise(resolve => setTimeout(resolve, 500))
  expect(faultsOf(redis.instrumentation)).toEqual({ HOMEOSTAT_QUEUE_READING_SLOW: 1 })
  const client = await (queue as unknown as { backend: { client: Promise<Redis> } }).backend.client
  expect((client as unknown as { commandQueue: { length: number } }).commandQueue.length).toBe(1)
  await redis.admin.call('CLIENT', 'UNPAUSE')
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 1 })
})

test('2-51: a Redis is not slow because the event loop was held', async () => {
  redis.queue('webhook')
  await eventually(() => jobs('webhook')).toEqual(none)
  for (let n = 0; n < 5; n++) {
    for (const end = performance.now() + 200; performance.now() < end;);
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  expect(faultsOf(redis.instrumentation)).toEqual({})
  expect(jobs('webhook')).toEqual(none)
})

test('a reading is one script: no lookup for a hit ratio, and no span', async () => {
  context.setGlobalContextManager(asyncLocalContexts())
  const queue = redis.queue('webhook')
  await eventually(() => jobs('webhook')).toBeDefined()
  const sent: { command: string; suppressed: unknown }[] = []
  const start = (message: unknown): void => {
    const { command } = message as { command: string }
    const suppressed = context.active().getValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'))
    // The test's own connection is busy with other things.
    if (command !== 'info') sent.push({ command, suppressed })
  }
  const channel = tracingChannel('ioredis:command')
  channel.start.subscribe(start)
  await expect.poll(() => sent.length).toBeGreaterThanOrEqual(3)
  channel.start.unsubscribe(start)
  context.disable()
  expect(new Set(sent.map(({ command }) => command))).toEqual(new Set(['eval']))
  expect(sent.every(({ suppressed }) => suppressed === true)).toBe(true)
  expect(queue.name).toBe('webhook')
})

test('an object from before enable is found when it is used next', async () => {
  redis.instrumentation.disable()
  const queue = redis.queue('webhook')
  const worker = redis.worker('analytics', async () => undefined)
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  redis.instrumentation.enable()
  await queue.add('a', {})
  await redis.queue('analytics').add('b', {})
  await eventually(() => jobs('webhook')?.['waiting']).toBe(1)
  await eventually(() => jobs('analytics')).toEqual(none)
})
