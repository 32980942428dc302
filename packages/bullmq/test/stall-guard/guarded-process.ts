// A process with a worker, of which the tests block the event loop. It is asked by its first argument, and reports to its parent.
import { DiagLogLevel, diag, type DiagLogger } from '@opentelemetry/api'
import { Worker, type WorkerOptions } from 'bullmq'
import { Redis } from 'ioredis'
import type { Mode } from '@homeostat/optimizer'
import { BullMQInstrumentation } from '../../src/index.ts'
import { StallGuard } from '../../src/stall-guard/stall-guard.ts'
import type { StallReceipt } from '@homeostat/optimizer'

/** The task of the process. */
export interface GuardedProcess {
  readonly connection: { readonly port: number; readonly username?: string; readonly password?: string }
  readonly prefix: string
  readonly worker: Omit<WorkerOptions, 'connection'>
  readonly guard?: { readonly limitMs?: number; readonly mode?: Mode }
}

/** The task of a job. */
export interface BlockingJob {
  /** How long it blocks the event loop; forever below 0. */
  readonly blockMs: number
  /** How long it waits before. */
  readonly waitMs?: number
}

/** The reports of the process. */
export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'receipt'; readonly receipt: StallReceipt }
  | { readonly kind: 'line'; readonly text: string }

const send = (told: Told): void => void process.send?.(told)
const line = (text: string): void => send({ kind: 'line', text })
const logger: DiagLogger = { error: line, warn: line, info: () => {}, debug: () => {}, verbose: () => {} }
diag.setLogger(logger, DiagLogLevel.WARN)

const { connection, prefix, worker: options, guard } = JSON.parse(process.argv[2] ?? '{}') as GuardedProcess
const instrumentation = new BullMQInstrumentation({ pollIntervalMs: 600_000 })
const { workers, registry } = instrumentation
if (guard !== undefined) {
  const { mode, ...limit } = guard
  const made = new StallGuard({ workers, registry, ...limit, ...(mode && { mode: () => mode }) })
  made.on(receipt => send({ kind: 'receipt', receipt }))
}
instrumentation.enable()
const redis = { ...connection, retryStrategy: () => 50, maxRetriesPerRequest: null }
const client = new Redis(redis)
client.on('error', () => {})
const worker = new Worker<BlockingJob>(
  'q',
  async ({ id, data: { blockMs, waitMs = 0 } }) => {
    await client.rpush(`${prefix}:starts`, `${id} ${process.pid}`)
    await new Promise(resolve => setTimeout(resolve, waitMs))
    const until = blockMs < 0 ? Infinity : performance.now() + blockMs
    while (performance.now() < until);
  },
  { ...options, prefix, connection: redis },
)
worker.on('error', () => {})
await worker.waitUntilReady()
send({ kind: 'ready' })
process.on('message', () => void worker.close().then(() => (client.disconnect(), process.disconnect())))
