import { Optimizer, type LedgerEntry, type Response } from '@homeostat/optimizer'
import { attributes, metrics } from '@homeostat/semconv'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Registry, type LevelSeries } from '@homeostat/signals'
import { Queue, Worker } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { bullmq, type BullMQDomain } from '../../src/domain.ts'

const TICK_MS = 5000
let server: Server
let domain: BullMQDomain
let worker: Worker
let now: number
let optimizer: Optimizer
let levels: Record<'age' | 'otherAge' | 'loop' | 'delay' | 'pending' | 'memory', LevelSeries>
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

// The queues and workers are real. The test sets the values that the rules read, so that half an hour of quiet takes no time.
beforeEach(async () => {
  const connection = { host: server.host, port: server.port }
  const prefix = crypto.randomUUID()
  domain = bullmq({ pollIntervalMs: 50 })
  domain.instrumentation.enable()
  const registry = new Registry({ scope: { name: '@homeostat/bullmq' } })
  const queue = { [attributes.queueName]: 'mail' }
  levels = {
    age: registry.level(metrics.queueOldestWaitingAge).with(queue),
    otherAge: registry.level(metrics.queueOldestWaitingAge).with({ [attributes.queueName]: 'other' }),
    loop: registry.level(metrics.eventLoopUtilization).with({}),
    delay: registry.level(metrics.eventLoopDelayP99).with({}),
    pending: registry.level(metrics.dbConnectionPending).with({}),
    memory: registry.level(metrics.memoryUtilization).with({ [attributes.memoryArea]: 'heap' }),
  }
  now = 0
  optimizer = new Optimizer({
    registries: [registry],
    rules: domain.rules,
    // Every run acts: what is tested is what it does.
    responses: domain.responses.map((response): Response => ({ ...response, withhold: false })),
    actions: domain.actions,
    modeOf: () => 'act',
    warmUpMs: 0,
    environment: {},
    clock: () => now,
  })
  for (const name of ['mail', 'other']) {
    const work = (): Promise<void> => new Promise(end => setTimeout(end, 20))
    const one = new Worker(name, work, { connection, prefix, concurrency: 2 })
    const jobs = new Queue(name, { connection, prefix })
    open.push({ close: () => one.close(true) }, jobs)
    await jobs.addBulk(Array.from({ length: 4000 }, () => ({ name: 'send', data: {} })))
    if (name === 'mail') worker = one
  }
  const { queues } = domain.instrumentation
  await expect.poll(() => queues.named('mail')[0]?.flow?.ready ?? 0, { timeout: 20_000 }).toBeGreaterThan(0)
  quiet(30 * 60_000)
})
afterEach(async () => {
  await optimizer.stop()
  domain.instrumentation.disable()
  await Promise.all(open.splice(0).map(object => object.close()))
})

function tick(): LedgerEntry {
  now += TICK_MS
  return optimizer.tick(now)
}

function quiet(ms: number): void {
  levels.age.set(1)
  levels.otherAge.set(0)
  levels.loop.set(0.2)
  levels.delay.set(0.01)
  levels.pending.set(0)
  levels.memory.set(0.3)
  for (const until = now + ms; now < until;) tick()
}

/** Ticks until something has come of a backlog, with the time that the actions need in between. */
async function backlog(has: (entry: LedgerEntry) => boolean): Promise<LedgerEntry> {
  levels.age.set(90)
  for (let ticks = 0; ticks < 20; ticks++) {
    const entry = tick()
    if (has(entry)) return entry
    await new Promise(next => setTimeout(next, 20))
  }
  throw new Error('nothing came of the backlog')
}

const refusalOf = (entry: LedgerEntry, action: string): string | undefined =>
  entry.refusals.find(({ response }) => response?.action === action)?.detail

test('a backlog of waiting work: the workers of that queue are raised, and a guard that is breached reverts it', async () => {
  const entry = await backlog(({ decisions }) => decisions.length > 0)
  expect(entry.decisions).toMatchObject([
    { action: { name: 'queue.raiseConcurrency' }, firing: { labels: { bullmq_queue_name: 'mail' } } },
  ])
  await expect.poll(() => worker.concurrency, { timeout: 10_000 }).toBeGreaterThan(2)
  expect(domain.instrumentation.workers.open().map(one => one.concurrency)).toContain(2)
  levels.delay.set(2)
  await backlog(({ breaches }) => breaches.length > 0)
  await expect.poll(() => worker.concurrency, { timeout: 10_000 }).toBe(2)
})

test('a busy loop, a full pool or a lack of memory: nothing is raised, and the refusal says why', async () => {
  const reasons: Record<string, string> = {}
  for (const [name, value] of Object.entries({ loop: 0.9, pending: 3, memory: 0.95 })) {
    quiet(60_000)
    levels[name as keyof typeof levels].set(value)
    const entry = await backlog(one => refusalOf(one, 'queue.raiseConcurrency') !== undefined)
    reasons[name] = refusalOf(entry, 'queue.raiseConcurrency') ?? ''
  }
  expect(reasons['loop']).toContain('event loop of this process is busy')
  expect(reasons['pending']).toContain('requests wait for a connection')
  expect(reasons['memory']).toContain('short of memory')
  expect(worker.concurrency).toBe(2)
})
