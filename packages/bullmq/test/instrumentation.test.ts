import { tracingChannel } from 'node:diagnostics_channel'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Queue, Worker } from 'bullmq'
import { context, createContextKey } from '@opentelemetry/api'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BullMQInstrumentation } from '../src/index.ts'
import { asyncLocalContexts } from './contexts.ts'
import { ageOf, faultsOf, jobsOf } from './gauges.ts'

// A server of its own: the tests pause it and read its command statistics.
let server: Server
let admin: Redis
let connection: { host: string; port: number }
let prefix: string
let instrumentation: BullMQInstrumentation
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  server = await startRedis({ from: ['path', 'debian-packages'] })
  connection = { host: server.host, port: server.port }
  admin = new Redis(server.url)
})
afterAll(async () => {
  admin.disconnect()
  await server.stop()
})
beforeEach(() => {
  prefix = crypto.randomUUID()
  instrumentation = new BullMQInstrumentation({ pollIntervalMs: 50 })
  instrumentation.enable()
})
afterEach(async () => {
  instrumentation.disable()
  await admin.call('CLIENT', 'UNPAUSE')
  await Promise.all(open.splice(0).map(object => object.close()))
})

function queueOf(name: string, options: object = {}): Queue {
  const queue = new Queue(name, { connection, prefix, ...options })
  open.push(queue)
  return queue
}
function workerOf(name: string, work: () => Promise<unknown>, options: object = {}): Worker {
  const worker = new Worker(name, work, { connection, prefix, ...options })
  open.push(worker)
  return worker
}
const jobs = (queue: string) => jobsOf(instrumentation, queue)
const age = (queue: string) => ageOf(instrumentation, queue)
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000, interval: 20 })
/** Scripts that the server has run as they were sent; BullMQ itself sends only their hashes. */
const calls = async (): Promise<number> =>
  Number(/cmdstat_eval:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0)
const none = { waiting: 0, paused: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, failed: 0 }

test('the queues of an application are reported by name and state', async () => {
  const [webhook, analytics] = [queueOf('webhook'), queueOf('analytics'), queueOf('notifications')]
  await webhook.addBulk(Array.from({ length: 3 }, () => ({ name: 'send', data: {} })))
  await webhook.add('later', {}, { delay: 60_000 })
  await analytics.add('urgent', {}, { priority: 1 })
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 3, delayed: 1 })
  await eventually(() => jobs('analytics')).toEqual({ ...none, prioritized: 1 })
  await eventually(() => jobs('notifications')).toEqual(none)
  expect(age('notifications')).toBe(0)
})

test('a worker alone is enough, and what it does shows', async () => {
  const producer = new Queue('webhook', { connection, prefix })
  await producer.addBulk(Array.from({ length: 3 }, () => ({ name: 'send', data: {} })))
  await producer.close()
  await eventually(() => jobs('webhook')).toBe(undefined)
  const running: (() => void)[] = []
  workerOf('webhook', () => new Promise<void>((_, reject) => running.push(() => reject(new Error('no')))))
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 2, active: 1 })
  running.pop()?.()
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 1, active: 1, failed: 1 })
  running.pop()?.()
  await eventually(() => jobs('webhook')?.['failed']).toBe(2)
  running.pop()?.()
  await eventually(() => jobs('webhook')).toEqual({ ...none, failed: 3 })
})

test('the age is that of the job that has waited longest, without the delay it asked for', async () => {
  const queue = queueOf('webhook')
  const now = Date.now()
  await queue.add('old', {}, { timestamp: now - 60_000 })
  await queue.add('new', {}, { timestamp: now - 1_000 })
  await eventually(() => age('webhook')).toBeGreaterThan(59)
  expect(age('webhook')).toBeLessThan(90)

  const analytics = queueOf('analytics')
  const delayed = await analytics.add('delayed', {}, { timestamp: now - 60_000, delay: 55_000 })
  await delayed.promote().catch(() => undefined)
  await eventually(() => jobs('analytics')?.['waiting']).toBe(1)
  expect(age('analytics')).toBeLessThan(50)

  const notifications = queueOf('notifications')
  await notifications.add('first', {}, { timestamp: now - 60_000, lifo: true })
  await notifications.add('second', {}, { timestamp: now - 1_000, lifo: true })
  await eventually(() => age('notifications')).toBeGreaterThan(59)
})

test('the jobs of a paused queue count as paused and have no age', async () => {
  const queue = queueOf('webhook')
  await queue.add('old', {}, { timestamp: Date.now() - 60_000 })
  await queue.pause()
  await eventually(() => jobs('webhook')).toEqual({ ...none, paused: 1 })
  expect(age('webhook')).toBe(0)
  await queue.resume()
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 1 })
  expect(age('webhook')).toBeGreaterThan(59)
})

test('any number of objects of one queue make one reading an interval', async () => {
  const queues = [queueOf('webhook'), queueOf('webhook'), queueOf('webhook')]
  workerOf('webhook', async () => undefined)
  await Promise.all(queues.map(queue => queue.waitUntilReady()))
  await eventually(() => jobs('webhook')).toBeDefined()
  const [before, startedAt] = [await calls(), performance.now()]
  await expect.poll(async () => (await calls()) - before, { timeout: 10_000 }).toBeGreaterThanOrEqual(5)
  expect((await calls()) - before).toBeLessThanOrEqual((performance.now() - startedAt) / 50 + 2)
})

test('queues that share only the name add up', async () => {
  const [here, there] = [queueOf('webhook'), queueOf('webhook', { prefix: `${prefix}-other` })]
  await here.add('a', {}, { timestamp: Date.now() - 60_000 })
  await there.addBulk([
    { name: 'b', data: {} },
    { name: 'c', data: {} },
  ])
  await eventually(() => jobs('webhook')?.['waiting']).toBe(3)
  expect(age('webhook')).toBeGreaterThan(59)
})

test('a queue is gone with its last object', async () => {
  const [queue, worker] = [queueOf('webhook'), workerOf('webhook', async () => undefined)]
  await eventually(() => jobs('webhook')).toEqual(none)
  await queue.close()
  await eventually(() => jobs('webhook')).toEqual(none)
  await worker.close()
  expect(jobs('webhook')).toBe(undefined)
  expect(age('webhook')).toBe(undefined)
  expect(faultsOf(instrumentation)).toEqual({})
})

test('a Redis that does not answer gets one reading at most, old values are dropped, and all returns with it', async () => {
  const queue = queueOf('webhook')
  await queue.add('a', {})
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 1 })
  // WRITE holds scripts up as well; ALL would also hold up the command that ends it.
  await admin.call('CLIENT', 'PAUSE', '60000', 'WRITE')
  await eventually(() => jobs('webhook')).toBe(undefined)
  expect(age('webhook')).toBe(undefined)
  expect(faultsOf(instrumentation)).toEqual({ HOMEOSTAT_QUEUE_READING_SLOW: 1 })
  await new Promise(resolve => setTimeout(resolve, 500))
  expect(faultsOf(instrumentation)).toEqual({ HOMEOSTAT_QUEUE_READING_SLOW: 1 })
  const client = await (queue as unknown as { backend: { client: Promise<Redis> } }).backend.client
  expect((client as unknown as { commandQueue: { length: number } }).commandQueue.length).toBe(1)
  await admin.call('CLIENT', 'UNPAUSE')
  await eventually(() => jobs('webhook')).toEqual({ ...none, waiting: 1 })
})

test('2-51: a Redis is not slow because the event loop was held', async () => {
  queueOf('webhook')
  await eventually(() => jobs('webhook')).toEqual(none)
  for (let n = 0; n < 5; n++) {
    for (const end = performance.now() + 200; performance.now() < end;);
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  expect(faultsOf(instrumentation)).toEqual({})
  expect(jobs('webhook')).toEqual(none)
})

test('a reading is one script: no lookup for a hit ratio, and no span', async () => {
  context.setGlobalContextManager(asyncLocalContexts())
  const queue = queueOf('webhook')
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
  instrumentation.disable()
  const queue = queueOf('webhook')
  const worker = workerOf('analytics', async () => undefined)
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  instrumentation.enable()
  await queue.add('a', {})
  await queueOf('analytics').add('b', {})
  await eventually(() => jobs('webhook')?.['waiting']).toBe(1)
  await eventually(() => jobs('analytics')).toEqual(none)
})
