import type { WorkUnit } from '@homeostat/signals'
import { fieldOf, isObject } from '@homeostat/signals/options'
import type { WorkerObject } from '../signals/queue-object.ts'

/** One run of the processor of a worker for one job, i.e. one attempt. */
export interface JobRun {
  readonly worker: WorkerObject
  /** BullMQ's own object. */
  readonly job: object
  readonly queue: string
  /** The name of the job as telemetry has it: `_OTHER` past 50 names of a queue. */
  readonly name: string
  /** The token of its lock; `''` where BullMQ gave none. */
  readonly token: string
  /** When the processor was called, in milliseconds as `performance.now()` has them; NaN before. */
  readonly startedAt: number
  /** Drivers credit it with the job's statements and commands. Undefined where nobody learns the job's cost. */
  work: WorkUnit | undefined
}

/**
 * How a run ended. `postponed`: the job goes on later, because the processor (or the gate) has moved it to `delayed`, to `waiting` or
 * to `waiting-children`, or has hit a rate limit.
 */
export type RunOutcome = 'completed' | 'failed' | 'postponed'

/** BullMQ 5.0 to 6.x do not count these errors as failures. The names survive two copies of BullMQ, and the messages survive minified names. */
const POSTPONING: ReadonlySet<unknown> = new Set([
  'DelayedError',
  'WaitingError',
  'WaitingChildrenError',
  'bullmq:movedToDelayed',
  'bullmq:movedToWait',
  'bullmq:movedToWaitingChildren',
  'bullmq:rateLimitExceeded',
])

/** Whether the code of the job runs in another process or thread, so that it takes nothing of this event loop. */
export function isSandboxed({ worker }: Pick<JobRun, 'worker'>): boolean {
  return isObject(fieldOf(worker, 'childPool'))
}

/** How a run ended that threw this. Never throws, whatever was thrown. */
export function outcomeOf(error: unknown): 'failed' | 'postponed' {
  try {
    const { name, message } = error as { readonly name?: unknown; readonly message?: unknown }
    return POSTPONING.has(message) || POSTPONING.has(name) ? 'postponed' : 'failed'
  } catch {
    return 'failed'
  }
}
