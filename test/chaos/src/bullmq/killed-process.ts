// A process with one worker that takes many short jobs, and an optimizer that acts on their queue all the time. It is killed at any
// moment. It is asked by its first argument.
import { every } from '@homeostat/signals'
import { setTimeout as delay } from 'node:timers/promises'
import { BullMQInstrumentation } from '@homeostat/bullmq'
import { bullmq } from '@homeostat/bullmq/domain'
import { createRedisCoordinator } from '@homeostat/ioredis/domain'
import { createRandom } from '@homeostat/lab/scenarios'
import { knobAction, Knobs, type Action, type Loop, type Receipt } from '@homeostat/optimizer'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'

/** What the process is to do. */
export interface KilledTask {
  readonly port: number
  readonly prefix: string
  readonly queue: string
  /** Jobs at once; 0 for a process that only acts. */
  readonly concurrency: number
  readonly leaseMs: number
  readonly mostDeferredMs: number
  readonly stateDir: string
  readonly seed: number
  /** Whether it acts. One that does not still reverts what others have left. */
  readonly acts: boolean
}

/** How long a heavy job computes. */
const HEAVY_MS = 3
/** Longer than a busy machine keeps a process waiting, so that a lock is lost by a kill only. */
const LOCK_MS = 15_000

const task = JSON.parse(process.argv[2] ?? '{}') as KilledTask
const { port, prefix, queue: queueName, concurrency, leaseMs, mostDeferredMs, stateDir, acts } = task
const random = createRandom(task.seed)
const connection = { port, maxRetriesPerRequest: null }
const client = new Redis({ ...connection, enableAutoPipelining: true })
const at = (part: string): string => `${prefix}:${part}`

// What jobs cost is planted: it is not learned within the few seconds that a process lives.
const costs = {
  of: (_queue: string, name: string) => ({
    runSeconds: 0.01,
    cpuSeconds: name === 'heavy' ? 0.1 : 0,
    databaseSeconds: 0,
  }),
}
Object.defineProperty(BullMQInstrumentation.prototype, 'costs', { configurable: true, get: () => costs })
const domain = bullmq({
  limitedQueues: [queueName],
  pollIntervalMs: 200,
  rescheduling: { maxDeferredMs: mostDeferredMs },
})
const { instrumentation } = domain
instrumentation.enable()
const queue = new Queue(queueName, { connection, prefix })
await queue.waitUntilReady()

const coordinator = createRedisCoordinator({ client, service: 'killed' })
const limit = domain.knobs.find(({ name }) => name === `queue.concurrency.${queueName}`)!
const admission = domain.knobs.find(({ name }) => name === 'queue.admission.loop')!
const knobs = new Knobs({
  knobs: [limit, admission],
  service: 'killed',
  stateDir,
  coordinator,
  leaseMs,
  clock: Date.now,
})
/** The ticks alone of a loop. */
const ticking = { on: (listener: () => void) => every(1000, listener) } as unknown as Loop
domain.follow?.(ticking)
await knobs.start()

/** The ids of jobs that this process has started and whose end is not recorded: they may run twice when it is killed. */
const open = at(`open:${process.pid}`)
if (concurrency > 0) {
  const worker = new Worker(
    queueName,
    async ({ id = '', name, attemptsStarted }) => {
      const [isFirst] = await Promise.all([client.hsetnx(at('started'), id, Date.now()), client.sadd(open, id)])
      if (isFirst === 1 && name === 'heavy') await noteWait(id, attemptsStarted > 1)
      if (name === 'heavy') for (const until = performance.now() + HEAVY_MS; performance.now() < until;);
      await client.hincrby(at('done'), id, 1)
    },
    {
      prefix,
      connection,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: 1000,
      // A job may be in the hands of many processes that are killed; it is not to be given up for that.
      maxStalledCount: 1000,
      drainDelay: 1,
      removeOnComplete: { count: 0 },
    },
  )
  worker.on('completed', ({ id = '' }) => void client.srem(open, id))
  // A machine that keeps the process waiting for longer than its lock lets another worker have the job, as BullMQ always does.
  worker.on('error', ({ message }) => {
    const [, id] = /Missing lock for job (\S+?)\.? /.exec(message) ?? []
    if (id !== undefined) void client.hincrby(at('locks'), id, 1)
  })
}

/** Faults are expected: the report names them. */
function note(error: unknown): Promise<number> {
  return client.hincrby(at('acted'), `error ${String(error).slice(0, 200)}`, 1)
}

/**
 * How long a job that was lowered has waited since then, and one that has its own priority again since that. One that a worker took
 * before and deferred, or died with, is behind all that waited then: that is the bound of the admission, and BullMQ's.
 */
async function noteWait(id: string, wasTaken: boolean): Promise<void> {
  const [lowered, restored] = await Promise.all([
    client.zscore(`${prefix}:${queueName}:homeostat-lowered`, id),
    client.zscore(`${prefix}:${queueName}:homeostat-lowered-earlier`, id),
  ])
  const now = Date.now()
  if (lowered !== null) await client.zadd(at('waits'), 'GT', now - Number(lowered), `lowered:${id}`)
  if (restored !== null)
    await client.zadd(at('waits'), 'GT', now - Number(restored), `${wasTaken ? 'taken' : 'restored'}:${id}`)
}

const firing = { alert: 'QueueBacklog', labels: { bullmq_queue_name: queueName }, annotations: {}, value: 1, since: 0 }
const raise = domain.actions.find(({ name }) => name === 'queue.raiseConcurrency')!
const defer = domain.actions.find(({ name }) => name === 'queue.deferHeavyJobs')!

async function runOnce(action: Action<never>, options: unknown, isShared: boolean): Promise<Receipt | undefined> {
  if (action.unready?.(firing, options as never) !== undefined) return undefined
  const lease = isShared ? await coordinator.acquire(`action/${action.name}`, leaseMs) : undefined
  if (isShared && lease === undefined) return undefined
  const signal = AbortSignal.timeout(5000)
  const receipt = await action.run({
    firing,
    options: options as never,
    now: Date.now(),
    signal,
    sliceMs: 2,
    ...(lease && { lease }),
  })
  const [done = 0] = Object.values(receipt.effects)
  if (done > 0) await client.hincrby(at('acted'), action.name, 1)
  return receipt
}

function pick(random: () => number): Promise<Receipt | undefined> {
  const limits = { to: 8 + Math.floor(random() * 20) }
  const all = [
    () => runOnce(raise as Action<never>, undefined, false),
    () => runOnce(knobAction(limit, knobs) as Action<never>, limits, false),
    () => runOnce(knobAction(admission, knobs) as Action<never>, { to: 1 }, false),
    () => runOnce(defer as Action<never>, undefined, true),
  ]
  return all[Math.floor(random() * all.length)]!()
}

/** Acts, keeps the change for a while, and reverts it; a kill may come at any point. */
async function act(): Promise<void> {
  const receipt = await pick(random)
  await delay(random() * leaseMs)
  await receipt?.renew?.()
  await receipt?.undo?.({ now: Date.now(), signal: AbortSignal.timeout(5000) })
}

// It ends with its parent, however that ends.
process.on('disconnect', () => process.exit())
process.send?.('ready')
if (acts) {
  for (;;) {
    await act().catch(note)
    await delay(random() * 300)
  }
}
