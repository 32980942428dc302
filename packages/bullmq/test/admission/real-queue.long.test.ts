import { startRedis, type Redis as Server } from '@homeostat/services'
import { FlowProducer, Queue, Worker, type Job } from 'bullmq'
import { Queue as Queue5, Worker as Worker5 } from 'bullmq-5'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AdmissionGate } from '../../src/admission/admission-gate.ts'
import { JobDemands } from '../../src/admission/job-demands.ts'
import { BullMQInstrumentation } from '../../src/index.ts'

const COSTS: Readonly<Record<string, { runSeconds: number; cpuSeconds: number; databaseSeconds: number }>> = {
  heavy: { runSeconds: 0.02, cpuSeconds: 0.02, databaseSeconds: 0 },
  light: { runSeconds: 0.001, cpuSeconds: 0.0001, databaseSeconds: 0 },
}

let server: Server
const open: { close(): Promise<unknown> }[] = []
let instrumentation: BullMQInstrumentation
let gate: AdmissionGate

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())
afterEach(async () => {
  gate[Symbol.dispose]()
  instrumentation.disable()
  await Promise.all(open.splice(0).map(object => object.close()))
})

/** A gate over real workers, with costs that are known from the beginning, on a loop that is never idle. */
function limit(maxDeferredMs = 60_000): void {
  instrumentation = new BullMQInstrumentation({ pollIntervalMs: 600_000 })
  const { registry, runs } = instrumentation
  const demands = new JobDemands({ of: (_queue, name) => COSTS[name] })
  const utilizationMeter = (): (() => number) => () => 1
  gate = new AdmissionGate({ runs, demands, registry, exclude: [], maxDeferredMs, utilizationMeter })
  instrumentation.enable()
}

/** Counts the runs, and how many heavy jobs run at once. */
class Watched {
  readonly runs = new Map<string, number>()
  readonly order: string[] = []
  heavyAtOnce = 0
  mostHeavyAtOnce = 0
  /** Light jobs that ended before all heavy ones had. */
  readonly process = async ({ name, id = '' }: { name: string; id?: string | undefined }): Promise<void> => {
    this.runs.set(id, (this.runs.get(id) ?? 0) + 1)
    this.order.push(name)
    if (name !== 'heavy') return
    this.heavyAtOnce++
    this.mostHeavyAtOnce = Math.max(this.mostHeavyAtOnce, this.heavyAtOnce)
    // It computes, and lets others run in between: a second one would.
    for (let step = 0; step < 5; step++) {
      for (const until = performance.now() + 5; performance.now() < until;);
      await new Promise(resolve => setImmediate(resolve))
    }
    this.heavyAtOnce--
  }
}

const mixed = (count: number): { name: string; data: object; opts: { attempts: number } }[] =>
  Array.from({ length: count }, (_, at) => ({
    name: at % 2 === 0 ? 'heavy' : 'light',
    data: {},
    opts: { attempts: 1 },
  }))
const settled = { timeout: 20_000, interval: 20 }

describe.each([
  ['BullMQ 6', Queue, Worker],
  ['BullMQ 5', Queue5 as unknown as typeof Queue, Worker5 as unknown as typeof Worker],
])('admission in %s', (_version, QueueClass, WorkerClass) => {
  function start(watched: Watched, options: object = {}): Queue {
    const base = { connection: { host: server.host, port: server.port }, prefix: `{${crypto.randomUUID()}}` }
    const queue = new QueueClass('mixed', base)
    open.push(queue)
    open.push(new WorkerClass('mixed', watched.process, { ...base, concurrency: 4, ...options }))
    return queue
  }

  /** As many jobs, half of them heavy, on a worker whose limit is this one. */
  async function startLimited(loop: number, jobs: number): Promise<{ watched: Watched; queue: Queue }> {
    limit()
    gate.setLoop(loop)
    const watched = new Watched()
    const queue = start(watched)
    await queue.addBulk(mixed(jobs))
    return { watched, queue }
  }

  it('runs each job once, heavy ones one at a time, and uses up no attempt', async () => {
    const { watched, queue } = await startLimited(1, 60)
    await expect.poll(() => queue.getCompletedCount(), settled).toBe(60)
    expect([...watched.runs.values()]).toEqual(Array(60).fill(1))
    expect(watched.mostHeavyAtOnce).toBe(1)
    const jobs = (await queue.getCompleted()) as Job[]
    expect(new Set(jobs.map(({ attemptsMade }) => attemptsMade))).toEqual(new Set([1]))
    // Some were deferred, which counts as a start, and none more often than it may be.
    const starts = jobs.map(({ attemptsStarted }) => attemptsStarted)
    expect(Math.max(...starts)).toBeGreaterThan(1)
    expect(Math.max(...starts)).toBeLessThanOrEqual(10)
    expect(await queue.getJobCounts('failed', 'delayed', 'waiting')).toMatchObject({
      failed: 0,
      delayed: 0,
      waiting: 0,
    })
    // Light jobs did not wait for the heavy ones.
    expect(watched.order.lastIndexOf('light')).toBeLessThan(watched.order.lastIndexOf('heavy'))
  })

  it('leaves nothing delayed when the limit is lifted in between', async () => {
    const { watched, queue } = await startLimited(0.1, 40)
    await expect.poll(() => queue.getDelayedCount(), settled).toBeGreaterThan(0)
    gate.setLoop(32)
    await expect.poll(() => queue.getCompletedCount(), settled).toBe(40)
    expect(await queue.getDelayedCount()).toBe(0)
    expect([...watched.runs.values()]).toEqual(Array(40).fill(1))
  })

  it('never defers where the total is 0, where starts are counted, or a child that a parent waits for', async () => {
    limit(0)
    gate.setLoop(1)
    const queue = start(new Watched())
    await queue.addBulk(mixed(20))
    await expect.poll(() => queue.getCompletedCount(), settled).toBe(20)
    const counted = start(new Watched(), { maxStartedAttempts: 2 })
    await counted.addBulk(mixed(20))
    await expect.poll(() => counted.getCompletedCount(), settled).toBe(20)
    for (const each of [queue, counted])
      for (const { attemptsStarted } of (await each.getCompleted()) as Job[]) expect(attemptsStarted).toBe(1)
  })
})

it('runs a flow of heavy jobs as BullMQ does', async () => {
  limit()
  gate.setLoop(1)
  const base = { connection: { host: server.host, port: server.port }, prefix: `{${crypto.randomUUID()}}` }
  const watched = new Watched()
  const queue = new Queue('mixed', base)
  const flows = new FlowProducer(base)
  open.push(queue, flows, new Worker('mixed', watched.process, { ...base, concurrency: 4 }))
  await queue.addBulk(Array.from({ length: 10 }, () => ({ name: 'heavy', data: {} })))
  const children = Array.from({ length: 5 }, () => ({ name: 'heavy', queueName: 'mixed' }))
  await Promise.all(Array.from({ length: 4 }, () => flows.add({ name: 'heavy', queueName: 'mixed', children })))
  await expect.poll(() => queue.getCompletedCount(), settled).toBe(34)
  expect([...watched.runs.values()]).toEqual(Array(34).fill(1))
  for (const job of await queue.getCompleted()) {
    const { processed = 0 } = await job.getDependenciesCount()
    if (job.parentKey !== undefined || processed > 0) expect(job.attemptsStarted).toBe(1)
  }
})
