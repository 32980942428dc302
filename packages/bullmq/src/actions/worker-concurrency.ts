import type { Knob } from '@homeostat/optimizer'
import type { Workers } from '../signals/seen-workers.ts'
import { WorkerShares } from './worker-shares.ts'

/** Options of the knob `worker.concurrency`. */
export interface WorkerConcurrencyOptions {
  /** Where the workers come from: `instrumentation.workers`. */
  readonly workers: Workers
  /** Called for each worker that somebody else has set, or that could not be set. @default nothing is called */
  readonly onFault?: (error: unknown) => void
}

/**
 * The share of their own concurrency that the BullMQ workers of this process use: 1 is as the application set it, 0.5 is half as
 * many jobs at once, rounded and at least one. Jobs that run are not interrupted, so a lower share is reached as they end; a
 * higher one takes effect when a worker that is at its limit ends a job. The jobs that are not taken on stay in the queue,
 * for later or for the workers of other processes; which jobs, heavy ones or not, is not chosen.
 *
 * Back at 1, every worker has exactly its own value. One that somebody else sets meanwhile is left as it is until then.
 *
 * @example
 * ```ts
 * const concurrency = createWorkerConcurrency({ workers: instrumentation.workers })
 * const response: Response = { to: { alert: 'CpuSaturated' }, action: 'worker.concurrency', options: { factor: 0.5 }, priority: 'slo' }
 * ```
 */
export function createWorkerConcurrency({ workers, onFault = () => {} }: WorkerConcurrencyOptions): Knob {
  const shares = new WorkerShares({ workers, onFault })
  return {
    name: 'worker.concurrency',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0.1, max: 1 },
    touches: ['queue'],
    lowers: ['cpu', 'memory', 'database'],
    raises: [],
    risk: 1,
    actions: { 'queue.rescheduleHeavyTasks': { to: 0.5 } },
    unready: () => shares.unready(),
    read: () => shares.read(),
    compareAndSet(expected, next) {
      if (shares.read() !== expected) return false
      shares.set(next)
      return true
    },
  }
}
