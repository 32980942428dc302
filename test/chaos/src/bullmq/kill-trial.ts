import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRandom } from '@homeostat/lab/scenarios'
import { Queue, QueueEvents } from 'bullmq'
import { Redis } from 'ioredis'
import type { KilledTask } from './killed-process.ts'
import { pause } from './worker-pair.ts'

const PROGRAM = fileURLToPath(new URL('killed-process.ts', import.meta.url))
const QUEUE = 'work'
const ADDED_AT_ONCE = 2000
/** Every so many jobs one is heavy. */
const HEAVY_EVERY = 10
const WORKERS = 3
const LEASE_MS = 2000
const MOST_DEFERRED_MS = 3000
/** A job has its own priority again after its time, and at the next reading of a process that may just start. */
export const LOWERED_BOUND_MS: number = MOST_DEFERRED_MS + 10_000
/** Then it is behind at most the other lowered ones, and a worker may be killed with it in its hands. */
export const RESTORED_BOUND_MS = 30_000
/** How long reverting may take after the last lease: the sweep of each second, a reading, and a start on a busy machine. */
const AFTER_MS = 20_000

export interface KillTrialOptions {
  readonly port: number
  readonly jobs: number
  readonly seed: number
  /** Mean time between two kills. */
  readonly everyMs: number
}

/** What is left of the jobs, and of what was changed. */
export interface KillTrial {
  readonly jobs: number
  readonly kills: number
  readonly lost: number
  /** Runs beyond the first one, and beyond those that a kill explains. */
  readonly twice: number
  /** Runs that a kill explains. */
  readonly repeated: number
  /** Runs of jobs whose lock ended while their process waited for the CPU. */
  readonly lockless: number
  /** How often a job was moved to `delayed` by its worker. */
  readonly deferred: number
  readonly leftDelayed: number
  readonly leftLowered: number
  readonly leftLimited: boolean
  /** Changes that were made, by action. */
  readonly acted: Readonly<Record<string, number>>
  /** The longest time from the lowering of a job to its start, or to its own priority, and from that to its start. */
  readonly mostLoweredMs: number
  readonly mostRestoredMs: number
  /** The same for jobs that a worker has taken meanwhile, and deferred or died with. */
  readonly mostTakenMs: number
  readonly seconds: number
}

/** Works a long queue off while processes that act on it are killed at random, the worker and the optimizer in them alike. */
export async function killAtRandom(options: KillTrialOptions): Promise<KillTrial> {
  const { port, jobs, seed, everyMs } = options
  const prefix = `{${crypto.randomUUID()}}`
  const random = createRandom(seed)
  const stateDir = await mkdtemp(join(tmpdir(), 'homeostat-kills-'))
  const redis = new Redis({ port, maxRetriesPerRequest: null })
  const queue = new Queue(QUEUE, { prefix, connection: { port } })
  const events = new QueueEvents(QUEUE, { prefix, connection: { port } })
  let deferred = 0
  events.on('delayed', () => deferred++)
  const base = {
    port,
    prefix,
    queue: QUEUE,
    leaseMs: LEASE_MS,
    mostDeferredMs: MOST_DEFERRED_MS,
    stateDir,
    acts: true,
  }
  const processes: ChildProcess[] = []
  const killed: number[] = []
  let started = 0
  const start = async (place: number, over: Partial<KilledTask> = {}): Promise<void> => {
    const concurrency = place < WORKERS ? 10 : 0
    const child = fork(PROGRAM, [JSON.stringify({ ...base, concurrency, seed: seed + ++started, ...over })])
    processes[place] = child
    await Promise.race([once(child, 'message'), endedEarly(child)])
  }
  const kill = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    killed.push(child.pid!)
  }
  const isWorkedOff = async (): Promise<boolean> => {
    const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized')
    return Object.values(counts).every(count => count === 0)
  }
  const startedAt = performance.now()
  try {
    for (let from = 0; from < jobs; from += ADDED_AT_ONCE) {
      const bulk = Array.from({ length: Math.min(ADDED_AT_ONCE, jobs - from) }, (_, i) => ({
        name: (from + i) % HEAVY_EVERY === 0 ? 'heavy' : 'light',
        data: {},
        opts: { jobId: `job-${from + i}` },
      }))
      await queue.addBulk(bulk)
    }
    // The workers, and one process that only acts.
    await Promise.all(Array.from({ length: WORKERS + 1 }, (_, place) => start(place)))
    while (!(await isWorkedOff())) {
      await pause(everyMs * (0.5 + random()))
      const place = Math.floor(random() * processes.length)
      await kill(processes[place]!)
      await start(place)
    }
    const seconds = (performance.now() - startedAt) / 1000
    // All die, in the middle of whatever they do. The next start of any has to find what they left.
    await Promise.all(processes.splice(0).map(kill))
    await start(0, { acts: false })
    const clean = async (): Promise<boolean> => (await leftOf(redis, queue)).every(left => left === 0)
    for (const until = performance.now() + AFTER_MS; performance.now() < until && !(await clean());) await pause(200)
    const [leftDelayed = 0, leftLowered = 0, limits = 0] = await leftOf(redis, queue)
    const runs = await runsOf(redis, prefix, killed)
    const acted = await redis.hgetall(`${prefix}:acted`)
    const most = async (kind: string): Promise<number> => {
      const waits = await redis.zrevrange(`${prefix}:waits`, 0, -1, 'WITHSCORES')
      return waits.reduce((max, text, i) => (text.startsWith(kind) ? Math.max(max, Number(waits[i + 1])) : max), 0)
    }
    return {
      jobs,
      kills: killed.length,
      lost: jobs - runs.ended,
      twice: runs.twice,
      repeated: runs.repeated,
      lockless: runs.lockless,
      deferred,
      leftDelayed,
      leftLowered,
      leftLimited: limits > 0,
      acted: Object.fromEntries(Object.entries(acted).map(([name, count]) => [name, Number(count)])),
      mostLoweredMs: await most('lowered:'),
      mostRestoredMs: await most('restored:'),
      mostTakenMs: await most('taken:'),
      seconds,
    }
  } finally {
    for (const child of processes) child.kill('SIGKILL')
    await Promise.all([queue.close(), events.close()])
    redis.disconnect()
    await rm(stateDir, { recursive: true, force: true })
  }
}

/** A process that ends before it works would be waited for without an end. */
async function endedEarly(child: ChildProcess): Promise<never> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  throw new Error(`a process of the trial ended before it was ready: ${signal ?? code}`)
}

/** Jobs left delayed, jobs left lowered, limits left. */
async function leftOf(redis: Redis, queue: Queue): Promise<readonly number[]> {
  const lowered = await redis.zcard(`${queue.qualifiedName}:homeostat-lowered`)
  const limits = await redis.hexists(`${queue.qualifiedName}:meta`, 'concurrency')
  return [await queue.getDelayedCount(), lowered, limits]
}

async function runsOf(
  redis: Redis,
  prefix: string,
  killed: readonly number[],
): Promise<{ readonly ended: number } & Pick<KillTrial, 'twice' | 'repeated' | 'lockless'>> {
  const done = await redis.hgetall(`${prefix}:done`)
  const explained = new Map<string, number>()
  for (const pid of killed) {
    for (const id of await redis.smembers(`${prefix}:open:${pid}`)) explained.set(id, (explained.get(id) ?? 0) + 1)
  }
  const locks = await redis.hgetall(`${prefix}:locks`)
  let [twice, repeated, lockless] = [0, 0, 0]
  for (const [id, count] of Object.entries(done)) {
    const more = Number(count) - 1
    const byKill = Math.min(more, explained.get(id) ?? 0)
    const byLock = Math.min(more - byKill, Number(locks[id] ?? 0))
    repeated += byKill
    lockless += byLock
    twice += more - byKill - byLock
  }
  return { ended: Object.keys(done).length, twice, repeated, lockless }
}
