import { once } from 'node:events'
import { Queue, Worker } from 'bullmq'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { OwnRedis } from '../own-redis.ts'
import type { BlockingJob, GuardedProcess } from './guarded-process.ts'
import { LOCK_MS, STALLED_MS, connectionsOfGuards, startGuarded, untilGuarded, type Guarded } from './guarded.ts'

const redis = new OwnRedis()
let prefix: string
let queue: Queue
const processes: Guarded[] = []
const others: Worker[] = []

beforeEach(() => {
  prefix = crypto.randomUUID()
  queue = new Queue('q', { prefix, connection: { port: redis.server.port } })
})
afterEach(async () => {
  for (const { child } of processes.splice(0)) child.kill('SIGKILL')
  // The connections of the killed ones may take a moment to go.
  await expect.poll(() => connectionsOfGuards(redis.admin), { timeout: 10_000 }).toBe(0)
  await Promise.all([...others.splice(0), queue].map(object => object.close()))
})

/** A process whose guard is connected. */
async function start(options: Partial<GuardedProcess> = {}): Promise<Guarded> {
  const guarded = await startGuarded({ connection: { port: redis.server.port }, prefix, ...options })
  processes.push(guarded)
  if (options.guard && options.guard.mode === undefined && options.worker?.skipLockRenewal !== true)
    await untilGuarded(redis.admin)
  return guarded
}

/** Another worker of the queue, which is plain and takes over what has stalled. */
function takeOver(stalledInterval = STALLED_MS): Worker {
  const own = { prefix, connection: { port: redis.server.port }, maxStalledCount: 9, stalledInterval }
  const worker = new Worker(
    'q',
    async ({ id }) => void (await redis.admin.rpush(`${prefix}:starts`, `${id} other`)),
    own,
  )
  worker.on('error', () => {})
  others.push(worker)
  return worker
}

const add = (name: string, job: BlockingJob, jobId: string): Promise<unknown> => queue.add(name, job, { jobId })
const starts = (): Promise<string[]> => redis.admin.lrange(`${prefix}:starts`, 0, -1)
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000, interval: 20 })

it('without the guard another worker runs the job as well', async () => {
  const { child } = await start()
  await add('pdf', { blockMs: 6 * LOCK_MS }, 'a')
  await eventually(starts).toEqual([`a ${child.pid}`])
  takeOver()
  await eventually(starts).toEqual([`a ${child.pid}`, 'a other'])
})

it('jobs that were fetched, that wait, and that have just run are kept with the one that blocks', async () => {
  const { child, receipts } = await start({ guard: {}, worker: { concurrency: 4 } })
  await queue.pause()
  for (let i = 0; i < 8; i++) await add('mixed', { blockMs: i % 2 ? 2 * LOCK_MS : 0, waitMs: 20 * (i % 3) }, `j${i}`)
  await queue.resume()
  await eventually(async () => (await starts()).length).toBeGreaterThan(0)
  takeOver()
  await eventually(() => queue.getCompletedCount()).toBe(8)
  const started = await starts()
  expect(started.map(start => start.split(' ')[0]).toSorted()).toEqual(Array.from({ length: 8 }, (_, i) => `j${i}`))
  expect(started.filter(start => start.endsWith(String(child.pid))).length).toBeGreaterThan(1)
  // On a busy machine the thread may come too late for one lock. What counts is that each job ran once.
  await eventually(() => receipts.flatMap(({ rescued }) => rescued.map(({ outcome }) => outcome))).toContain('kept')
})

it('a deadlock is taken over within the stalled interval after the limit', async () => {
  const limitMs = 2000
  const { child } = await start({ guard: { limitMs } })
  await add('deadlock', { blockMs: -1 }, 'a')
  await eventually(starts).toEqual([`a ${child.pid}`])
  const begun = performance.now()
  takeOver()
  await eventually(starts).toEqual([`a ${child.pid}`, 'a other'])
  const tookMs = performance.now() - begun
  // The block begins a little before it is seen here, and a busy machine is late.
  expect(tookMs).toBeGreaterThan(limitMs - 400)
  expect(tookMs).toBeLessThan(limitMs + STALLED_MS + 1500)
})

it('the first check after the limit takes a deadlock over, also where checks are long apart', async () => {
  const limitMs = 2000
  const checkMs = 6000
  const { child } = await start({ guard: { limitMs }, worker: { stalledInterval: checkMs } })
  await add('deadlock', { blockMs: -1 }, 'a')
  await eventually(starts).toEqual([`a ${child.pid}`])
  const begun = performance.now()
  // It checks once before the limit, so BullMQ alone would skip its next check or only mark the job in it.
  takeOver(checkMs)
  await eventually(starts).toEqual([`a ${child.pid}`, 'a other'])
  const tookMs = performance.now() - begun
  expect(tookMs).toBeGreaterThan(limitMs - 400)
  expect(tookMs).toBeLessThan(limitMs + 1.5 * checkMs)
})

it('a process that is killed while it blocks is taken over as without the guard', async () => {
  const { child } = await start({ guard: {} })
  await add('pdf', { blockMs: -1 }, 'a')
  await eventually(starts).toEqual([`a ${child.pid}`])
  takeOver()
  await new Promise(resolve => setTimeout(resolve, 2 * LOCK_MS))
  expect(await starts()).toHaveLength(1)
  child.kill('SIGKILL')
  await eventually(starts).toEqual([`a ${child.pid}`, 'a other'])
})

it('in mode advise it writes nothing, and counts what it would have renewed', async () => {
  const { child, receipts } = await start({ guard: { mode: 'advise' } })
  await add('pdf', { blockMs: 6 * LOCK_MS }, 'a')
  await eventually(starts).toEqual([`a ${child.pid}`])
  takeOver()
  await eventually(starts).toEqual([`a ${child.pid}`, 'a other'])
  await eventually(() => receipts[0]?.rescued).toEqual([
    { queue: 'q', job: 'pdf', outcome: 'advised', jobs: 1, renewals: expect.any(Number), doomedMs: LOCK_MS },
  ])
  // No connection for it either.
  expect(receipts[0]!.rescued[0]!.renewals).toBeGreaterThan(15)
})

it('in mode off it does not even count', async () => {
  const { child, receipts } = await start({ guard: { mode: 'off' } })
  await add('pdf', { blockMs: 3 * LOCK_MS }, 'a')
  await eventually(starts).toEqual([`a ${child.pid}`])
  await new Promise(resolve => setTimeout(resolve, 4 * LOCK_MS))
  expect(receipts).toEqual([])
})

it('locks that BullMQ does not renew stay as they are', async () => {
  const { child, receipts } = await start({ guard: {}, worker: { skipLockRenewal: true } })
  await add('pdf', { blockMs: 6 * LOCK_MS }, 'a')
  await eventually(starts).toEqual([`a ${child.pid}`])
  takeOver()
  await eventually(starts).toEqual([`a ${child.pid}`, 'a other'])
  expect(receipts).toEqual([])
})

it('the process ends when its worker is closed', async () => {
  const { child } = await start({ guard: {} })
  const exit = once(child, 'exit')
  child.send('close')
  expect(await exit).toEqual([0, null])
})
