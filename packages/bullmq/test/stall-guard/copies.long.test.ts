import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as BullMQ from 'bullmq'
import * as esm6 from 'bullmq'
import * as esm5 from 'bullmq-5'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { faultsOf } from '../gauges.ts'
import { ObservedGuard } from '../observed-guard.ts'
import { OwnRedis } from '../own-redis.ts'
import { connectionsOfGuards, LOCK_MS } from './guarded.ts'

const require = createRequire(import.meta.url)
/** Four copies of the library in one process. */
const COPIES = {
  'BullMQ 6 as ESM': esm6,
  'BullMQ 6 as CommonJS': require('bullmq') as typeof BullMQ,
  'BullMQ 5 as ESM': esm5 as unknown as typeof BullMQ,
  'BullMQ 5 as CommonJS': require('bullmq-5') as typeof BullMQ,
}

const redis = new OwnRedis()
let prefix: string
let guard: ObservedGuard
const open: (() => unknown)[] = []

beforeEach(() => {
  prefix = crypto.randomUUID()
  guard = new ObservedGuard({ pollIntervalMs: 600_000 })
})
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
  guard[Symbol.dispose]()
  await expect.poll(() => connectionsOfGuards(redis.admin), { timeout: 10_000 }).toBe(0)
})

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000, interval: 20 })
const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
const base = (): BullMQ.WorkerOptions => ({ prefix, connection: { port: redis.server.port } })

function block(ms = 4 * LOCK_MS): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

function queueOf(name: string, { Queue }: typeof BullMQ = esm6, options: object = {}): BullMQ.Queue {
  const queue = new Queue(name, { ...base(), ...options })
  queue.on('error', () => {})
  open.push(() => queue.close())
  return queue
}

function workerOf(
  name: string,
  work: BullMQ.Processor | string,
  options: object = {},
  { Worker }: typeof BullMQ = esm6,
): BullMQ.Worker {
  const own = { ...base(), lockDuration: LOCK_MS, stalledInterval: 60_000, ...options }
  const worker = new Worker(name, work as BullMQ.Processor, own)
  worker.on('error', () => {})
  open.push(() => worker.close())
  return worker
}

async function untilGuarded(): Promise<void> {
  await expect.poll(() => connectionsOfGuards(redis.admin), { timeout: 20_000 }).toBeGreaterThan(0)
  // The worker is introduced once it is connected itself.
  await sleep(300)
}

/** Queue, jobs and outcome, of all receipts. */
const rescued = (): string[] =>
  guard.receipts
    .flatMap(receipt => receipt.rescued.map(({ queue, jobs, outcome }) => `${queue}: ${jobs} ${outcome}`))
    .toSorted()

it('jobs of every copy of BullMQ in one process are kept while one of them blocks', async () => {
  const names = ['6-esm', '6-cjs', '5-esm', '5-cjs']
  const copies = Object.values(COPIES)
  const started = new Set<string>()
  const isBlocked = Promise.withResolvers<void>()
  const queues = names.map((name, at) => queueOf(name, copies[at]))
  for (const [at, name] of names.entries())
    workerOf(name, async () => (started.add(name), isBlocked.promise), {}, copies[at])
  await untilGuarded()
  await Promise.all(queues.map(queue => queue.add('work', {})))
  await eventually(() => started.size).toBe(4)
  await sleep(LOCK_MS)
  block()
  await eventually(rescued).toEqual(names.map(name => `${name}: 1 kept`).toSorted())
  isBlocked.resolve()
  for (const queue of queues) await eventually(() => queue.getCompletedCount()).toBe(1)
  expect(await connectionsOfGuards(redis.admin)).toBe(1)
  expect(faultsOf(guard.instrumentation)).toEqual({})
})

it('children of a flow are kept, and the parent runs once', async () => {
  const ran: string[] = []
  const flow = new esm6.FlowProducer(base())
  open.push(() => flow.close())
  workerOf('flow', async ({ name }) => {
    ran.push(name)
    if (name === 'child') block(3 * LOCK_MS)
  })
  const queue = queueOf('flow')
  await untilGuarded()
  const children = [1, 2].map(n => ({ name: 'child', queueName: 'flow', opts: { jobId: `c${n}` } }))
  await flow.add({ name: 'parent', queueName: 'flow', children })
  await eventually(() => queue.getCompletedCount()).toBe(3)
  expect(ran).toEqual(['child', 'child', 'parent'])
  await eventually(() => rescued()).toEqual(['flow: 1 kept', 'flow: 1 kept'])
})

it('a queue with a rate limit is kept, and its limit holds', async () => {
  const at: number[] = []
  workerOf(
    'limited',
    async () => {
      at.push(performance.now())
      if (at.length === 1) block()
    },
    { limiter: { max: 1, duration: 1000 } },
  )
  const queue = queueOf('limited')
  await untilGuarded()
  await queue.addBulk([1, 2, 3].map(n => ({ name: 'work', data: { n } })))
  await eventually(() => queue.getCompletedCount()).toBe(3)
  await eventually(() => rescued()).toEqual(['limited: 1 kept'])
  expect(at).toHaveLength(3)
  expect(at[2]! - at[1]!).toBeGreaterThan(900)
})

it('a sandboxed processor is not counted while it runs, and is kept when something else blocks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-sandbox-'))
  open.push(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'processor.cjs')
  writeFileSync(
    file,
    `module.exports = async job => { const end = Date.now() + job.data.ms; while (Date.now() < end); return 'done' }`,
  )
  const queue = queueOf('sandboxed')
  workerOf('sandboxed', file)
  await untilGuarded()
  const alone = await queue.add('render', { ms: 4 * LOCK_MS })
  await eventually(() => queue.getJobState(alone.id!)).toBe('completed')
  expect(guard.receipts).toEqual([])
  await queue.add('render', { ms: 5 * LOCK_MS })
  await eventually(() => queue.getActiveCount()).toBe(1)
  await sleep(LOCK_MS)
  block(3 * LOCK_MS)
  await eventually(rescued).toEqual(['sandboxed: 1 kept'])
  await eventually(() => queue.getCompletedCount()).toBe(2)
  expect(await queue.getFailedCount()).toBe(0)
})

it('locks of a fifth of a second are kept, and locks of minutes need nothing', async () => {
  const queues = [queueOf('short'), queueOf('long')] as const
  const holding = Promise.withResolvers<void>()
  workerOf('short', async () => block(1500), { lockDuration: 200 })
  workerOf('long', () => holding.promise, { lockDuration: 600_000 })
  await untilGuarded()
  await queues[1].add('work', {})
  await eventually(() => queues[1].getActiveCount()).toBe(1)
  await queues[0].add('work', {})
  await eventually(rescued).toEqual(['short: 1 kept'])
  holding.resolve()
  for (const queue of queues) await eventually(() => queue.getCompletedCount()).toBe(1)
})

it('a worker that takes the place of a closed one is kept, on one connection', async () => {
  const queue = queueOf('again')
  for (let round = 1; round <= 3; round++) {
    const worker = workerOf('again', async () => block(3 * LOCK_MS))
    await untilGuarded()
    await queue.add('work', {})
    await eventually(() => guard.receipts.length).toBe(round)
    await eventually(() => queue.getCompletedCount()).toBe(round)
    expect(await connectionsOfGuards(redis.admin)).toBe(1)
    await worker.close()
  }
  await eventually(() => rescued()).toEqual(Array.from({ length: 3 }, () => 'again: 1 kept'))
})

it('50 jobs at once are kept while one blocks', async () => {
  const queue = queueOf('many')
  const holding = Promise.withResolvers<void>()
  workerOf('many', () => holding.promise, { concurrency: 50 })
  await untilGuarded()
  await queue.addBulk(Array.from({ length: 50 }, (_, n) => ({ name: 'work', data: { n } })))
  await eventually(() => queue.getActiveCount()).toBe(50)
  await sleep(LOCK_MS)
  block()
  await eventually(rescued).toEqual(['many: 50 kept'])
  holding.resolve()
  await eventually(() => queue.getCompletedCount()).toBe(50)
})

it('ids, names and prefixes of any characters are kept', async () => {
  prefix = `{ü🚀:${prefix}}`
  const queue = queueOf('Aufträge "é"')
  const holding = Promise.withResolvers<void>()
  workerOf('Aufträge "é"', () => holding.promise, { concurrency: 9 })
  await untilGuarded()
  const ids = ['a:b:c', '🚀 ü', '"quoted" \\ and \r\n', '*3', '日本']
  for (const jobId of ids) await queue.add(jobId, {}, { jobId })
  await eventually(() => queue.getActiveCount()).toBe(ids.length)
  await sleep(LOCK_MS)
  block()
  await eventually(() =>
    guard.receipts.flatMap(receipt => receipt.rescued.map(({ outcome }) => outcome)),
  ).not.toContain('lost')
  await eventually(() => guard.receipts[0]?.rescued.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(ids.length)
  holding.resolve()
  await eventually(() => queue.getCompletedCount()).toBe(ids.length)
  expect(faultsOf(guard.instrumentation)).toEqual({})
})

it('a user with rules, a client of the application, and no check of the version: all are kept', async () => {
  const rules = [`~${prefix}:*`, '&*', '+@all', '-@dangerous', '+info']
  await redis.admin.call('ACL', 'SETUSER', 'worker', 'on', '>secret', ...rules)
  const client = new Redis(redis.server.port, { username: 'worker', password: 'secret', maxRetriesPerRequest: null })
  open.push(() => client.disconnect())
  const queue = queueOf('ruled')
  workerOf('ruled', async () => block(), { connection: client, skipVersionCheck: true })
  await untilGuarded()
  await queue.add('work', {})
  await eventually(rescued).toEqual(['ruled: 1 kept'])
  expect(faultsOf(guard.instrumentation)).toEqual({})
})

it('a client with keyPrefix, which BullMQ refuses, is no trouble of ours', async () => {
  guard.instrumentation.disable()
  guard.instrumentation.setConfig({ pollIntervalMs: 50 })
  guard.instrumentation.enable()
  const client = new Redis(redis.server.port, { keyPrefix: 'x:', maxRetriesPerRequest: null, lazyConnect: true })
  for (const { Queue, Worker } of Object.values(COPIES)) {
    expect(() => new Queue('refused', { prefix, connection: client as never })).toThrow(/ioredis prefixes/)
    expect(() => new Worker('refused', null, { prefix, connection: client as never })).toThrow(/ioredis prefixes/)
  }
  await sleep(500)
  expect(faultsOf(guard.instrumentation)).toEqual({})
})
