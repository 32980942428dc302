import type { RescuedJobs } from '@homeostat/bullmq/domain'
import { createRandom } from '@homeostat/lab/scenarios'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { pause, untilGuarded, WorkerPair } from './worker-pair.ts'
import type { WorkerTask } from './worker-process.ts'

/** A process that gets no CPU for so long loses its locks with any guard; the processes of a run share the machine with others. */
export const LOCK_MS = 1000
export const STALLED_MS = 1000
/** Jobs of one worker at once, in every second pair. */
const AT_ONCE = 5

export const DEADLOCK_LIMIT_MS = 3000
/** A deadlock lasts until nobody can take the job over any more in time. */
const DEADLOCK_MS = DEADLOCK_LIMIT_MS + 3 * STALLED_MS

const LEAST_LOCKS = 2
const MOST_LOCKS = 20
/** The token of a lock that was stolen. */
const FOREIGN = 'somebody else'
/** No honest block reaches it: jobs that run at once may block one after the other, without a turn of the event loop between. */
const FAR_LIMIT_MS = 2 * AT_ONCE * MOST_LOCKS * LOCK_MS

export interface TrialOptions {
  readonly port: number
  readonly jobs: number
  /** How many queues with two workers each work at once. */
  readonly pairs: number
  readonly seed: number
}

/** What became of the jobs. */
export interface BlockedJobs {
  readonly jobs: number
  /** Jobs that started more than once. */
  readonly twice: number
  readonly completed: number
  readonly rescued: readonly RescuedJobs[]
}

/** Jobs that block for 2 to 20 times their lock, on two workers per queue, while a third one looks for stalled jobs all the time. */
export async function blockJobs(isGuarded: boolean, options: TrialOptions): Promise<BlockedJobs> {
  const random = createRandom(options.seed)
  const pairs = await startPairs(options, at => ({
    // With several jobs at once, some have been fetched, or wait to be recorded, while one blocks.
    concurrency: at % 2 === 0 ? 1 : AT_ONCE,
    maxStalled: 1,
    ...(isGuarded && { limitMs: FAR_LIMIT_MS }),
  }))
  await using stack = new AsyncDisposableStack()
  for (const pair of pairs) stack.use(pair)
  const found = await Promise.all(
    pairs.map(async (pair, at) => {
      const own = share(options, at)
      await using _referee = await refereeOf(pair)
      for (let i = 0; i < own; i++)
        await pair.add(`j${i}`, { blockMs: LOCK_MS * (LEAST_LOCKS + random() * (MOST_LOCKS - LEAST_LOCKS)) })
      await pair.drained()
      const counts = new Map<string, number>()
      for (const { id } of await pair.starts()) counts.set(id, (counts.get(id) ?? 0) + 1)
      // The last receipts are on their way.
      await pause(3 * LOCK_MS)
      return {
        jobs: counts.size,
        twice: [...counts.values()].filter(count => count > 1).length,
        completed: await pair.queue.getCompletedCount(),
        rescued: pair.receipts.flatMap(({ rescued }) => rescued),
      }
    }),
  )
  return {
    jobs: sum(found.map(({ jobs }) => jobs)),
    twice: sum(found.map(({ twice }) => twice)),
    completed: sum(found.map(({ completed }) => completed)),
    rescued: found.flatMap(({ rescued }) => rescued),
  }
}

/**
 * How long after the end of its lock, in milliseconds, the other worker has started each job that deadlocks; infinite where it has not.
 * With the guard the lock ends at the limit, and without it a lock's time after the start.
 */
export async function deadlock(isGuarded: boolean, options: TrialOptions): Promise<readonly number[]> {
  const endMs = isGuarded ? DEADLOCK_LIMIT_MS : LOCK_MS
  const pairs = await startPairs(options, () => ({
    concurrency: 1,
    maxStalled: 3,
    ...(isGuarded && { limitMs: DEADLOCK_LIMIT_MS }),
  }))
  await using stack = new AsyncDisposableStack()
  for (const pair of pairs) stack.use(pair)
  const late = await Promise.all(
    pairs.map(async (pair, at) => {
      const own: number[] = []
      for (let i = 0; i < share(options, at); i++) {
        await pair.add(`d${i}`, { blockMs: DEADLOCK_MS, isOnce: true })
        const [first, second] = await pair.startsOf(`d${i}`, 2, DEADLOCK_MS + 10_000)
        const isTaken = first !== undefined && second !== undefined && first.pid !== second.pid
        own.push(isTaken ? second.at - first.at - endMs : Infinity)
        // The first worker comes back, and finds that it has lost the job.
        await pause(Math.max(0, (first?.at ?? 0) + DEADLOCK_MS + LOCK_MS - Date.now()))
      }
      return own
    }),
  )
  return late.flat()
}

/** How long after the death of a process, in milliseconds, the job that it blocked in has started again. */
export async function killBlocked(isGuarded: boolean, { port, jobs }: TrialOptions): Promise<readonly number[]> {
  const task = { ...baseOf(port), concurrency: 1, maxStalled: 9, ...(isGuarded && { limitMs: FAR_LIMIT_MS }) }
  await using pair = await WorkerPair.start(task, { processes: 1 })
  const tookMs: number[] = []
  let victim = pair.processes[0]!
  for (let i = 0; i < jobs; i++) {
    if (isGuarded) await untilGuarded(pair.redis, 1)
    await pair.add(`k${i}`, { blockMs: FAR_LIMIT_MS, isOnce: true })
    await pair.startsOf(`k${i}`, 1, 10_000)
    const next = pair.startProcess()
    await pause(3 * LOCK_MS)
    const killedAt = Date.now()
    victim.kill('SIGKILL')
    victim = await next
    const [, second] = await pair.startsOf(`k${i}`, 2, 20_000)
    tookMs.push(second === undefined ? Infinity : second.at - killedAt)
    await pair.drained()
  }
  return tookMs
}

/** Locks that somebody else takes while the job blocks: how many of them the guard has extended. */
export async function stealLocks(
  options: TrialOptions,
): Promise<{ readonly stolen: number; readonly extended: number }> {
  const pairs = await startPairs(options, () => ({ concurrency: 1, maxStalled: 9, limitMs: FAR_LIMIT_MS }), 1)
  await using stack = new AsyncDisposableStack()
  for (const pair of pairs) stack.use(pair)
  const found = await Promise.all(
    pairs.map(async (pair, at) => {
      let extended = 0
      for (let i = 0; i < share(options, at); i++) {
        await pair.add(`s${i}`, { blockMs: 6 * LOCK_MS, isOnce: true })
        await pair.startsOf(`s${i}`, 1, 30_000)
        await pause(LOCK_MS)
        const lock = pair.queue.toKey(`s${i}:lock`)
        await pair.redis.set(lock, FOREIGN, 'PX', 4 * LOCK_MS)
        let leftMs = 4 * LOCK_MS
        // A lock that nobody extends has less time at each look. On a slow machine it ends meanwhile, and the job has a lock of its own again.
        for (let look = 0; look < 10; look++) {
          await pause(LOCK_MS / 4)
          const [[, token], [, nowMs]] = (await pair.redis.multi().get(lock).pttl(lock).exec()) as [
            [null, string],
            [null, number],
          ]
          if (token !== FOREIGN) break
          if (nowMs > leftMs) extended++
          leftMs = nowMs
        }
        await pair.redis.del(lock)
        await pause(6 * LOCK_MS)
        await pair.queue.drain()
      }
      return extended
    }),
  )
  return { stolen: options.jobs, extended: sum(found) }
}

async function startPairs(
  { port, pairs }: TrialOptions,
  taskOf: (at: number) => Pick<WorkerTask, 'concurrency' | 'maxStalled' | 'limitMs'>,
  processes = 2,
): Promise<readonly WorkerPair[]> {
  const tasks = Array.from({ length: pairs }, (_, at) => ({ ...baseOf(port), ...taskOf(at) }))
  const started = await Promise.all(tasks.map(task => WorkerPair.start(task, { processes })))
  const guarded = tasks.filter(({ limitMs }) => limitMs !== undefined).length
  await untilGuarded(started[0]!.redis, processes * guarded)
  return started
}

function baseOf(port: number): Pick<WorkerTask, 'port' | 'lockMs' | 'stalledMs'> {
  return { port, lockMs: LOCK_MS, stalledMs: STALLED_MS }
}

/** A worker that takes no jobs, and looks for stalled ones four times as often as the others. */
async function refereeOf({ queue }: WorkerPair): Promise<AsyncDisposable> {
  const referee = new Worker(queue.name, null, {
    prefix: queue.opts.prefix ?? 'bull',
    connection: queue.opts.connection as Redis,
    autorun: false,
    stalledInterval: STALLED_MS / 4,
    maxStalledCount: 1,
  })
  referee.on('error', () => {})
  await referee.startStalledCheckTimer()
  return { [Symbol.asyncDispose]: () => referee.close() }
}

/** The jobs of one pair. */
function share({ jobs, pairs }: TrialOptions, at: number): number {
  return Math.floor(jobs / pairs) + (at < jobs % pairs ? 1 : 0)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
