import { describeKnob } from '@homeostat/conformance'
import type { Knob } from '@homeostat/optimizer'
import type { Queue, Worker } from 'bullmq'
import { Worker as Worker5 } from 'bullmq-5'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bullmq } from '../../src/domain.ts'
import type { BullMQInstrumentation } from '../../src/index.ts'
import { faultsOf } from '../gauges.ts'
import { LiveQueues } from './live-queues.ts'

const live = new LiveQueues()
let instrumentation: BullMQInstrumentation
let knob: Knob

beforeEach(() => {
  const domain = bullmq()
  instrumentation = domain.instrumentation
  knob = domain.knobs[0]!
  instrumentation.enable()
})
afterEach(() => instrumentation.disable())

const queueOf = (name: string): Queue => live.queue(name)
const workerOf = (name: string, concurrency: number, work: () => Promise<void> = async () => {}): Worker =>
  live.worker(name, work, { concurrency })
const set = (share: number): boolean | Promise<boolean> => knob.compareAndSet(knob.read() as number, share)
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000, interval: 10 })

/** Jobs that run until the test ends them. */
class HeldJobs {
  started = 0
  readonly #running: (() => void)[] = []
  readonly work = (): Promise<void> => {
    this.started++
    return new Promise(end => this.#running.push(end))
  }
  get running(): number {
    return this.#running.length
  }
  end(count: number): void {
    for (const end of this.#running.splice(0, count)) end()
  }
}

test('a worker takes half as many jobs at once, without one being interrupted, and as many as before after that', async () => {
  const [queue, jobs] = [queueOf('webhook'), new HeldJobs()]
  await queue.addBulk(Array.from({ length: 40 }, () => ({ name: 'send', data: {} })))
  workerOf('webhook', 8, jobs.work)
  await eventually(() => jobs.running).toBe(8)

  expect(await set(0.5)).toBe(true)
  expect(jobs.running).toBe(8)
  jobs.end(3)
  // Those three have ended for BullMQ as well, and none has taken their place.
  await expect.poll(() => queue.getCompletedCount(), { timeout: 10_000 }).toBe(3)
  expect([jobs.started, await queue.getActiveCount()]).toEqual([8, 5])
  jobs.end(5)
  await expect.poll(() => queue.getCompletedCount(), { timeout: 10_000 }).toBe(8)
  await eventually(() => jobs.running).toBe(4)
  jobs.end(4)
  await eventually(() => jobs.started).toBe(16)
  expect([jobs.running, await queue.getActiveCount()]).toEqual([4, 4])

  // At once: the main loop of BullMQ 6 is woken.
  expect(await set(1)).toBe(true)
  await eventually(() => jobs.running).toBe(8)
  expect(await queue.getActiveCount()).toBe(8)
})

test('in BullMQ 5 a higher share takes effect when a job ends', async () => {
  const [queue, jobs] = [queueOf('webhook'), new HeldJobs()]
  await queue.addBulk(Array.from({ length: 20 }, () => ({ name: 'send', data: {} })))
  const worker = new Worker5('webhook', jobs.work, { ...live.at, concurrency: 2 })
  live.closeAfter(worker)
  await eventually(() => jobs.running).toBe(2)
  expect(await set(4)).toBe(true)
  expect(worker.concurrency).toBe(8)
  jobs.end(1)
  await eventually(() => jobs.running).toBe(8)
})

test('workers keep their own values apart, and one that is made later has its share from the start', async () => {
  const [few, many] = [workerOf('webhook', 4), workerOf('analytics', 30)]
  await set(0.5)
  const late = workerOf('notifications', 10)
  await eventually(() => late.concurrency).toBe(5)
  expect([few.concurrency, many.concurrency]).toEqual([2, 15])
  await set(1)
  expect([few, many, late].map(({ concurrency }) => concurrency)).toEqual([4, 30, 10])
})

test('a worker that a person has changed keeps that value, the change is counted, and the others are reverted', async () => {
  const [theirs, ours] = [workerOf('webhook', 10), workerOf('webhook', 10)]
  await set(0.5)
  theirs.concurrency = 3
  await set(0.2)
  expect([theirs.concurrency, ours.concurrency]).toEqual([3, 2])
  await set(1)
  expect([theirs.concurrency, ours.concurrency]).toEqual([3, 10])
  expect(faultsOf(instrumentation)).toEqual({ HOMEOSTAT_WORKER_SET_ELSEWHERE: 1 })
})

test('a closed worker is forgotten, and a queue object does not count as a worker', async () => {
  queueOf('webhook')
  const [worker, other] = [workerOf('webhook', 10), workerOf('webhook', 10)]
  expect(instrumentation.workers.open()).toEqual([worker, other])
  await set(0.5)
  await worker.close()
  expect(instrumentation.workers.open()).toEqual([other])
  await set(1)
  expect(other.concurrency).toBe(10)
  await other.close()
  expect(knob.unready?.()).toBe('this process has no BullMQ worker that Homeostat observes')
  expect(faultsOf(instrumentation)).toEqual({})
})

test('when the instrumentation is turned off, each worker has its own value; when it is on again, its share', async () => {
  const worker = workerOf('webhook', 10)
  await set(0.5)
  instrumentation.disable()
  expect([worker.concurrency, instrumentation.workers.open()]).toEqual([10, []])
  instrumentation.enable()
  await worker.waitUntilReady()
  await eventually(() => worker.concurrency).toBe(5)
  await set(1)
  expect(worker.concurrency).toBe(10)
})

test('it can be set only where there is something to set', () => {
  expect(knob.name).toBe('worker.concurrency')
  expect(knob.unready?.()).toBe('this process has no BullMQ worker that Homeostat observes')
  workerOf('webhook', 1)
  expect(knob.unready?.()).toContain('one job at a time already')
  expect(knob.unready?.({ factor: 0.5 })).toContain('one job at a time already')
  expect(knob.unready?.({ to: 2 })).toBe(undefined)
  workerOf('webhook', 2)
  expect(knob.unready?.()).toBe(undefined)
})

const OWN = 1_000_000

let subject: Worker
describeKnob('worker.concurrency of BullMQ', {
  prepare: () => void (subject = workerOf('webhook', OWN)),
  create: () => knob,
  // The worker rounds to whole jobs. The knob keeps the share itself, and both have to agree.
  value() {
    const share = knob.read() as number
    expect(subject.concurrency).toBe(Math.round(share * OWN))
    return share
  },
  // Nobody but the knob has the share: a person goes through it as well.
  setByHand: async share => void (await set(share)),
})
