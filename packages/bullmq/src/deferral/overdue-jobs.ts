import type { Queues } from '../signals/queue-directory.ts'
import { LoweredJobs } from './lowered-jobs.ts'

/** Options of {@link restoreOverdueJobs}. */
export interface OverdueJobsOptions {
  readonly queues: Queues
  /** How long a job may be lowered, in milliseconds. */
  readonly mostLoweredMs: number
  readonly onFault: (error: unknown) => void
}

/**
 * Makes what gives jobs that have been lowered for too long their own priority back, also those of processes that are gone. Every
 * process calls it at each tick, whatever it may do itself. A call costs nothing unless a queue has a job that is due.
 */
export function restoreOverdueJobs({ queues, mostLoweredMs, onFault }: OverdueJobsOptions): () => Promise<void> {
  let isLooking = false
  return async () => {
    if (isLooking) return
    isLooking = true
    for (const { reading, objects } of queues.all()) {
      const [object] = objects
      const since = reading?.loweredSince
      if (object === undefined || since === undefined || Date.now() - since < mostLoweredMs) continue
      await new LoweredJobs(object).restoreAll(mostLoweredMs).catch(onFault)
    }
    isLooking = false
  }
}
