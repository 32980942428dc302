import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StallReceipt } from '@homeostat/bullmq/domain'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { BlockingTask, WorkerTask } from './worker-process.ts'

const PROGRAM = fileURLToPath(new URL('worker-process.ts', import.meta.url))
/** Between two looks at Redis. */
const LOOK_MS = 25

/** One start of a job. */
export interface JobStart {
  readonly id: string
  readonly pid: number
  /** In milliseconds since the epoch. */
  readonly at: number
}

/** A queue of its own, and the processes that work on it. */
export class WorkerPair implements AsyncDisposable {
  readonly redis: Redis
  readonly queue: Queue<BlockingTask>
  readonly receipts: StallReceipt[] = []
  readonly #task: WorkerTask
  readonly processes: ChildProcess[] = []

  private constructor(task: WorkerTask) {
    this.#task = task
    this.redis = new Redis({ port: task.port, maxRetriesPerRequest: null })
    this.queue = new Queue(task.queue, { prefix: task.prefix, connection: { port: task.port } })
  }

  /** @param processes - how many workers it has */
  static async start(
    task: Omit<WorkerTask, 'prefix' | 'queue'>,
    { processes = 2 }: { readonly processes?: number } = {},
  ): Promise<WorkerPair> {
    const pair = new WorkerPair({ ...task, prefix: `{${crypto.randomUUID()}}`, queue: 'work' })
    await Promise.all(Array.from({ length: processes }, () => pair.startProcess()))
    return pair
  }

  async startProcess(): Promise<ChildProcess> {
    const child = fork(PROGRAM, [JSON.stringify(this.#task)])
    this.processes.push(child)
    await once(child, 'message')
    child.on('message', message => this.receipts.push(message as StallReceipt))
    return child
  }

  add(id: string, job: BlockingTask): Promise<unknown> {
    return this.queue.add('block', job, { jobId: id, attempts: 1 })
  }

  async starts(): Promise<readonly JobStart[]> {
    const texts = await this.redis.lrange(`${this.#task.prefix}:starts`, 0, -1)
    return texts.map(text => JSON.parse(text) as JobStart)
  }

  /** The starts of one job, once there are so many. */
  async startsOf(id: string, count: number, timeoutMs: number): Promise<readonly JobStart[]> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const own = (await this.starts()).filter(start => start.id === id)
      if (own.length >= count || performance.now() > until) return own
      await pause()
    }
  }

  /** Waits until no job waits and none is active. */
  async drained(): Promise<void> {
    for (;;) {
      const { waiting = 0, active = 0, delayed = 0 } = await this.queue.getJobCounts('waiting', 'active', 'delayed')
      if (waiting + active + delayed === 0) return
      await pause(200)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.processes) child.kill('SIGKILL')
    await this.queue.close()
    this.redis.disconnect()
  }
}

/** Waits until so many guards are connected to the server. */
export async function untilGuarded(redis: Redis, count: number): Promise<void> {
  for (;;) {
    const connected = String(await redis.client('LIST')).split('name=homeostat-stall-guard').length - 1
    if (connected >= count) return
    await pause()
  }
}

export function pause(ms: number = LOOK_MS): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
