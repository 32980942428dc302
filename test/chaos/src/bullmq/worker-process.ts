// A process with one worker, whose jobs block its event loop. It is asked by its first argument, and writes each start of a job to a list.
import { BullMQInstrumentation } from '@homeostat/bullmq'
import { StallGuard } from '@homeostat/bullmq/domain'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'

/** What the process is to do. */
export interface WorkerTask {
  readonly port: number
  readonly prefix: string
  readonly queue: string
  readonly concurrency: number
  readonly lockMs: number
  readonly stalledMs: number
  readonly maxStalled: number
  /** The limit of the guard, in milliseconds; without it the worker is plain. */
  readonly limitMs?: number
}

/** What a job is to do. */
export interface BlockingTask {
  readonly blockMs: number
  /** Whether only its first run blocks. */
  readonly isOnce?: boolean
}

const task = JSON.parse(process.argv[2] ?? '{}') as WorkerTask
const { port, prefix, queue, concurrency, lockMs, stalledMs, maxStalled, limitMs } = task
const instrumentation = new BullMQInstrumentation({ pollIntervalMs: 600_000 })
const { workers, registry } = instrumentation
if (limitMs !== undefined) {
  // Each receipt as it is: the parent adds them up.
  const onReceipt = (receipt: unknown): void => void process.send?.(receipt)
  void new StallGuard({ workers, registry, limitMs, onReceipt })
}
instrumentation.enable()

const bed = new Int32Array(new SharedArrayBuffer(4))
const client = new Redis({ port, maxRetriesPerRequest: null })
const worker = new Worker<BlockingTask>(
  queue,
  async ({ id, data: { blockMs, isOnce }, attemptsStarted }) => {
    await client.rpush(`${prefix}:starts`, JSON.stringify({ id, pid: process.pid, at: Date.now() }))
    // It holds the event loop and needs no CPU, so that many processes block at once.
    if (isOnce !== true || attemptsStarted === 1) Atomics.wait(bed, 0, 0, blockMs)
  },
  {
    prefix,
    connection: { port },
    concurrency,
    lockDuration: lockMs,
    stalledInterval: stalledMs,
    maxStalledCount: maxStalled,
    // Where nothing is queued, a job that is added is taken at once.
    drainDelay: 1,
  },
)
// It ends with its parent, however that ends.
process.on('disconnect', () => process.exit())
// A job that has lost its lock.
worker.on('error', () => {})
await worker.waitUntilReady()
process.send?.('ready')
