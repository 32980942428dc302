import { every } from '@homeostat/signals'
import { describeAction } from '@homeostat/conformance'
import type { ActionContext, Firing, Loop, Receipt } from '@homeostat/optimizer'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { FlowProducer, Queue, Worker, type JobsOptions } from 'bullmq'
import { Queue as Queue5, Worker as Worker5 } from 'bullmq-5'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDeferHeavyJobs, type DeferHeavyJobsOptions } from '../../src/deferral/defer-heavy-jobs.ts'
import { LOWERED } from '../../src/deferral/lowered-script.ts'
import { bullmq } from '../../src/domain.ts'
import { BullMQInstrumentation } from '../../src/index.ts'
import { faultsOf } from '../gauges.ts'

let server: Server
let redis: Redis
let connection: { host: string; port: number }
let prefix: string
let instrumentation: BullMQInstrumentation
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
  connection = { host: server.host, port: server.port }
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

beforeEach(() => {
  prefix = crypto.randomUUID()
  instrumentation = new BullMQInstrumentation({ pollIntervalMs: 50 })
  instrumentation.enable()
})
afterEach(async () => {
  instrumentation.disable()
  await Promise.all(open.splice(0).map(object => object.close()))
})

// Both have what these tests use; their types are those of two packages.
const VERSIONS = [
  ['BullMQ 6', Queue, Worker],
  ['BullMQ 5', Queue5 as unknown as typeof Queue, Worker5 as unknown as typeof Worker],
] as const

/** The cost of a run by name: reports are heavy. */
const costs = {
  of: (_queue: string, name: string) => ({ cpuSeconds: name === 'report' ? 0.2 : 0.001, databaseSeconds: 0 }),
}
const action = (exclude: readonly string[] = []) =>
  createDeferHeavyJobs({ queues: instrumentation.queues, costs, exclude, mostLoweredMs: 60_000 })

function contextOf(over: Partial<ActionContext<DeferHeavyJobsOptions>> = {}): ActionContext<DeferHeavyJobsOptions> {
  const firing = { alert: 'QueueBacklog', labels: { bullmq_queue_name: 'mail' } } as unknown as Firing
  return { firing, options: undefined, now: Date.now(), signal: new AbortController().signal, sliceMs: 2, ...over }
}

async function queueOf(name = 'mail', Class: typeof Queue = Queue): Promise<Queue> {
  const queue = new Class(name, { connection, prefix })
  open.push(queue)
  await queue.waitUntilReady()
  return queue
}

async function fill(queue: Queue, jobs = 10): Promise<void> {
  for (let i = 0; i < jobs; i++) {
    await queue.add(i % 2 === 0 ? 'report' : 'note', {}, { jobId: `${i % 2 === 0 ? 'report' : 'note'}-${i}` })
  }
}

/** The ids in the order in which one worker takes them. */
async function orderOf(queue: Queue, Class: typeof Worker = Worker): Promise<string[]> {
  const taken: string[] = []
  const { waiting = 0, prioritized = 0 } = await queue.getJobCounts('waiting', 'prioritized')
  const note = async ({ id = '' }: { id?: string | undefined }): Promise<void> => void taken.push(id)
  const worker = new Class(queue.name, note, { connection, prefix })
  await expect.poll(() => taken.length, { timeout: 10_000, interval: 10 }).toBe(waiting + prioritized)
  await worker.close()
  return taken
}

const undo = (receipt: Receipt) => receipt.undo?.({ now: Date.now(), signal: new AbortController().signal })
const ids = (name: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `${name}-${from + 2 * i}`)

test.each(VERSIONS)('%s: light jobs go first, and the heavy ones after them', async (_, QueueClass, WorkerClass) => {
  const queue = await queueOf('mail', QueueClass)
  await fill(queue)
  const { effects, summary } = await action().run(contextOf())
  expect(effects).toEqual({ lowered: 5 })
  expect(summary).toBe('lowered 5 heavy jobs of the queue mail, for 60 s at most')
  expect(await queue.getJobCounts('waiting', 'prioritized')).toMatchObject({ waiting: 5, prioritized: 5 })
  expect((await queue.getJob('report-0'))?.priority).toBe(LOWERED)
  expect(await orderOf(queue, WorkerClass)).toEqual([...ids('note', 5, 1), ...ids('report', 5)])
})

test.each(VERSIONS)(
  '%s: undone, they have their own priority and are next, in their order',
  async (_, QueueClass, WorkerClass) => {
    const queue = await queueOf('mail', QueueClass)
    await fill(queue)
    const receipt = await action().run(contextOf())
    await queue.pause()
    expect(await undo(receipt)).toEqual({ result: 'restored' })
    await queue.resume()
    expect(await queue.getJobCounts('waiting', 'prioritized')).toMatchObject({ waiting: 10, prioritized: 0 })
    expect((await queue.getJob('report-0'))?.priority).toBe(0)
    expect(await orderOf(queue, WorkerClass)).toEqual([...ids('report', 5), ...ids('note', 5, 1)])
  },
)

test('each job is lowered once, also after it has its own priority back', async () => {
  const queue = await queueOf()
  await fill(queue)
  const receipt = await action().run(contextOf())
  expect((await action().run(contextOf())).effects).toEqual({ lowered: 0 })
  await undo(receipt)
  expect((await action().run(contextOf())).effects).toEqual({ lowered: 0 })
  await queue.add('report', {}, { jobId: 'report-new' })
  expect((await action().run(contextOf())).effects).toEqual({ lowered: 1 })
})

test('jobs whose order somebody relies on keep their place, and so do excluded names and jobs without a known cost', async () => {
  const queue = await queueOf()
  const promised: JobsOptions[] = [{ lifo: true }, { priority: 5 }, { delay: 1 }, { deduplication: { id: 'once' } }]
  for (const options of promised) await queue.add('report', {}, options)
  await queue.upsertJobScheduler('nightly', { every: 3_600_000 }, { name: 'report' })
  const flows = new FlowProducer({ connection, prefix })
  open.push(flows)
  await flows.add({
    name: 'report',
    queueName: 'mail',
    children: [{ name: 'report', queueName: 'mail', data: {} }],
  })
  await queue.add('note', {})
  expect((await action().run(contextOf())).effects).toEqual({ lowered: 0 })

  await queue.add('report', {})
  expect((await action(['report']).run(contextOf())).effects).toEqual({ lowered: 0 })
  expect((await action(['mail']).run(contextOf())).effects).toEqual({ lowered: 0 })
  await queue.pause()
  expect((await action().run(contextOf())).effects).toEqual({ lowered: 0 })
  await queue.resume()
  expect((await action().run(contextOf({ split: () => 'control' }))).effects).toEqual({ lowered: 0 })
  expect((await action().run(contextOf())).effects).toEqual({ lowered: 1 })
})

test('a priority that somebody sets meanwhile stays, and so does a job that has run', async () => {
  const queue = await queueOf()
  await fill(queue, 6)
  const receipt = await action().run(contextOf())
  await (await queue.getJob('report-2'))?.changePriority({ priority: 7 })
  await (await queue.getJob('report-4'))?.remove()
  await undo(receipt)
  expect((await queue.getJob('report-2'))?.priority).toBe(7)
  expect(await queue.getJobCounts('waiting', 'prioritized')).toMatchObject({ waiting: 4, prioritized: 1 })
  expect(await redis.zcard(`${queue.qualifiedName}:homeostat-lowered`)).toBe(0)
})

test('a job has its own priority back after its time, from whichever process looks, and is next', async () => {
  const queue = await queueOf()
  await fill(queue)
  await action().run(contextOf())
  await redis.zadd(`${queue.qualifiedName}:homeostat-lowered`, 'XX', Date.now() - 3000, 'report-0')
  // One that may do nothing itself.
  const other = bullmq({ pollIntervalMs: 50, rescheduling: { maxDeferredMs: 2000 } })
  other.instrumentation.enable()
  other.instrumentation.observeQueue(queue)
  const ticking = { on: (listener: () => void) => every(200, listener) } as unknown as Loop
  using _following = other.follow?.(ticking)
  await expect.poll(async () => (await queue.getJob('report-0'))?.priority, { timeout: 10_000 }).toBe(0)
  expect((await queue.getWaiting(0, 0)).map(({ id }) => id)).toEqual(['report-0'])
  expect(await queue.getJobCounts('prioritized')).toMatchObject({ prioritized: 4 })
  await expect.poll(() => queue.getPrioritizedCount(), { timeout: 10_000 }).toBe(0)
  expect(faultsOf(other.instrumentation)).toEqual({})
  other.instrumentation.disable()
})

test('under a lease that is over nothing is lowered', async () => {
  const queue = await queueOf()
  await fill(queue)
  const lease = { key: 'a', token: 'b', fence: 3, heldUntil: performance.now() - 1 }
  const receipt = await action().run(contextOf({ lease }))
  expect(receipt.effects).toEqual({ lowered: 0 })
  expect(receipt.summary).toBe('the lease was lost: no job was lowered')
  const valid = { ...lease, heldUntil: performance.now() + 5000 }
  expect((await action().run(contextOf({ lease: valid }))).effects).toEqual({ lowered: 5 })
})

test('a run moves 500 jobs of those that are next, at most', async () => {
  const queue = await queueOf()
  await queue.addBulk(Array.from({ length: 1500 }, () => ({ name: 'report', data: {} })))
  const receipt = await action().run(contextOf())
  expect(receipt.effects).toEqual({ lowered: 500 })
  await undo(receipt)
  expect(await queue.getJobCounts('waiting', 'prioritized')).toMatchObject({ waiting: 1500, prioritized: 0 })
  // As before: the oldest first.
  const next = (await queue.getWaiting(0, -1)).map(({ id }) => Number(id))
  expect(next).toEqual(Array.from({ length: 1500 }, (_, i) => i + 1))
})

let subject: Queue
describeAction<DeferHeavyJobsOptions>('queue.deferHeavyJobs', {
  async prepare() {
    subject = await queueOf()
    await fill(subject, 300)
  },
  create: () => action(),
  effect: () => subject.getPrioritizedCount(),
  counts: 'lowered',
  context: { options: { queue: 'mail' } },
})
