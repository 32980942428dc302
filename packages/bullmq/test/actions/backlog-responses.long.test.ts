import type { Action, ActionContext, Firing } from '@homeostat/optimizer'
import type { Queue, Worker } from 'bullmq'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRaiseConcurrency } from '../../src/actions/raise-concurrency.ts'
import { createScaleOut } from '../../src/actions/scale-out.ts'
import { WorkerShares } from '../../src/actions/worker-shares.ts'
import { neededConcurrency } from '../../src/scaling/needed-concurrency.ts'
import { BullMQInstrumentation } from '../../src/index.ts'
import { LiveQueues } from './live-queues.ts'

const live = new LiveQueues()
let instrumentation: BullMQInstrumentation
let shares: WorkerShares

beforeEach(() => {
  instrumentation = new BullMQInstrumentation({ pollIntervalMs: 50 })
  instrumentation.enable()
  shares = new WorkerShares({ workers: instrumentation.workers, onFault: () => {} })
})
afterEach(() => instrumentation.disable())

function firingOf(queue: string): Firing {
  return {
    alert: 'QueueBacklog',
    labels: { bullmq_queue_name: queue },
    value: 60,
    activeAt: 0,
    startsAt: 0,
  } as unknown as Firing
}

function contextOf(queue: string): ActionContext {
  return {
    firing: firingOf(queue),
    options: undefined,
    now: Date.now(),
    signal: new AbortController().signal,
    sliceMs: 2,
  }
}

const queueOf = (name: string): Queue => live.queue(name)

function workerOf(
  name: string,
  concurrency: number,
  { limiter, runMs = 50 }: { limiter?: { max: number; duration: number }; runMs?: number } = {},
): Worker {
  const wait = (): Promise<void> => new Promise(end => setTimeout(end, runMs))
  return live.worker(name, wait, { concurrency, ...(limiter && { limiter }) })
}

const fill = (queue: Queue, jobs = 2000): Promise<unknown> =>
  queue.addBulk(Array.from({ length: jobs }, () => ({ name: 'send', data: {} })))
const raise = (lookMs = 20): Action =>
  createRaiseConcurrency({
    queues: instrumentation.queues,
    shares,
    onFault: () => {},
    lookMs,
    utilizationMeter: () => () => 0.2,
  })
const whyNot = (action: Action, queue: string): string | undefined => action.unready?.(firingOf(queue))
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000, interval: 20 })

test('the workers of one queue are raised step by step, the others are not, and all are back after it', async () => {
  // Long enough for a busy machine to change little about how long they run.
  const [mail, other] = [workerOf('mail', 2, { runMs: 500 }), workerOf('other', 2)]
  await fill(queueOf('mail'))
  const action = raise()
  await eventually(() => whyNot(action, 'mail')).toBe(undefined)
  expect(whyNot(action, 'none')).toBe('this process has no worker of the queue none that Homeostat observes')

  const receipt = await action.run(contextOf('mail'))
  expect(receipt.effects).toEqual({ changed: 1, from: 2, to: 3 })
  expect((await action.run(contextOf('mail'))).effects).toEqual({ changed: 0 })
  await eventually(() => mail.concurrency).toBeGreaterThan(3)
  expect(other.concurrency).toBe(2)
  expect(await receipt.renew?.()).toBe(true)

  const signal = new AbortController().signal
  expect(await receipt.undo?.({ now: Date.now(), signal })).toEqual({ result: 'restored' })
  expect([mail.concurrency, await receipt.renew?.()]).toEqual([2, false])
  // It can be raised again.
  const again = await action.run(contextOf('mail'))
  expect(again.effects).toMatchObject({ changed: 1 })
  mail.concurrency = 7
  expect(await again.renew?.()).toBe(true)
  shares.read()
  expect([await again.renew?.(), mail.concurrency]).toEqual([false, 7])
})

test('a paused queue, a queue at its limit and one at its rate limit are left alone, and the refusal says so', async () => {
  const actions = [raise(), createScaleOut({ queues: instrumentation.queues, shares, targetSeconds: 1 })]
  const reasons = (queue: string): (string | undefined)[] => actions.map(action => whyNot(action, queue))
  const [paused, limited, slow, rated] = ['paused', 'limited', 'slow', 'rated'].map(queueOf) as [
    Queue,
    Queue,
    Queue,
    Queue,
  ]
  await limited.setGlobalConcurrency(2)
  await rated.setGlobalRateLimit(3, 60_000)
  for (const { name } of [paused, limited, rated]) workerOf(name, 4)
  workerOf('slow', 4, { limiter: { max: 3, duration: 60_000 } })
  await Promise.all([paused, limited, slow, rated].map(queue => fill(queue)))
  await paused.pause()
  await eventually(() => reasons('paused')).toEqual(Array(2).fill(expect.stringContaining('is paused')))
  await eventually(() => reasons('limited')).toEqual(Array(2).fill(expect.stringContaining('may run 2 jobs at once')))
  await eventually(() => reasons('slow')).toEqual(Array(2).fill(expect.stringContaining('rate limit')))
  await eventually(() => reasons('rated')).toEqual(Array(2).fill(expect.stringContaining('rate limit')))
})

test('where the event loop is busy, it says how many workers would do, and knows when they are there', async () => {
  const load = { utilization: 0.2 }
  const action = createScaleOut({ queues: instrumentation.queues, shares, targetSeconds: 10, load })
  workerOf('mail', 5)
  await fill(queueOf('mail'), 5000)
  await eventually(() => whyNot(action, 'mail')).toContain('has room')
  load.utilization = 0.95
  expect(whyNot(action, 'mail')).toBe(undefined)

  // In one turn, so that both read the same flow.
  const needed = neededConcurrency(instrumentation.queues.named('mail')[0]!.flow!, { targetSeconds: 10 })!
  const { advice = [], effects } = await action.run(contextOf('mail'))
  const workers = Math.ceil(needed / 5)
  expect(effects).toEqual({ workers })
  expect(advice[0]?.what).toBe(
    `scale out to ${workers} workers of the queue mail (processes with a concurrency of 5, like this one)`,
  )
  // 5,000 jobs of 0.05 s within 80 % of 10 s need 31 at once, and more if as many arrive again.
  expect(workers).toBeGreaterThanOrEqual(6)
  expect(advice[0]?.why).toMatch(
    /^[\d,]+ jobs wait, .* have to run at once, which is \d+ x 5; 5 run now; .* 95 % busy$/,
  )
  const signal = new AbortController().signal
  expect(await action.followed?.(advice, { signal })).toEqual([])
  for (let i = 1; i < workers; i++) workerOf('mail', 5)
  await expect.poll(() => action.followed?.(advice, { signal }), { timeout: 10_000 }).toEqual(advice)
})
