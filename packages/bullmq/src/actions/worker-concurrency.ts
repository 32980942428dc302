import type { Knob, KnobOptions } from '@homeostat/optimizer'
import type { Workers } from '../signals/seen-workers.ts'
import { MOST_SHARE, WorkerShares } from './worker-shares.ts'

/** Options of the knob `worker.concurrency`. */
export interface WorkerConcurrencyOptions {
  /** The workers to set: `instrumentation.workers`. */
  readonly workers: Workers
  /** Called for each worker that somebody else has set, or that could not be set. @default nothing is called */
  readonly onFault?: (error: unknown) => void
}

/**
 * The share of their own concurrency that the BullMQ workers of this process use: 1 is as the application set it, 0.5 is half as
 * many jobs at once, rounded and at least one, and 2 is twice as many; the most is 4. Jobs that run are not interrupted, so a lower
 * share is reached as they end. A higher one takes effect at once in BullMQ 6, and in BullMQ 5 when a worker that is at its limit ends
 * a job. The jobs that are not taken on stay in the queue, for later or for the workers of other processes; which jobs, heavy
 * ones or not, is not chosen.
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
  return workerConcurrency(new WorkerShares({ workers, onFault }))
}

/** The knob over shares that others use as well. */
export function workerConcurrency(shares: WorkerShares): Knob {
  return {
    name: 'worker.concurrency',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0.1, max: MOST_SHARE },
    touches: ['queue'],
    lowers: ['cpu', 'memory', 'database'],
    raises: [],
    risk: 1,
    unready: options => shares.unready({ lowers: isLowering(options, shares.read()) }),
    read: () => shares.read(),
    compareAndSet(expected, next) {
      if (shares.read() !== expected) return false
      shares.set(next)
      return true
    },
  }
}

/** Of options that nobody has checked yet, whether they ask for less than 1. Less is what the knob is used for as a rule. */
function isLowering(options: KnobOptions | undefined, share: number): boolean {
  const { to, by, factor } = options ?? {}
  const next = to ?? (by === undefined ? undefined : share + by) ?? (factor === undefined ? undefined : share * factor)
  return next === undefined || !(next >= 1)
}
