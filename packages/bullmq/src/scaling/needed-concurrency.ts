import type { Flow } from './queue-flow.ts'

/** Jobs are to start within this share of the target: the rest is for estimates that are wrong and pods that start late. */
const PLANNED_SHARE = 0.8
/** How far the arrivals are looked ahead: what an autoscaler and a new pod need to react, about a minute. */
const AHEAD_SECONDS = 60

/** The target age, and the limit of the queue. */
export interface NeededConcurrencyOptions {
  /** The longest that a job may wait for a worker, in seconds. */
  readonly targetSeconds: number
  /** The most jobs of the queue that BullMQ runs at once (`setGlobalConcurrency`). @default no limit */
  readonly globalLimit?: number | undefined
}

/**
 * How many jobs have to run at once so that the oldest waiting job stays within a target age.
 *
 * The queue is taken as a fluid (G. F. Newell, Applications of Queueing Theory, 1982, ch. 2). B jobs wait, r arrive per second, and
 * each runs for S seconds. A job that arrives within the next u seconds starts within the target T after its arrival
 * if n slots satisfy `n (T + u) >= (B + r u) S`. So the number is the larger of `B S / T`, for u = 0, and `(B + r u) S / (T + u)`, for u of
 * one minute. T is 80 % of the target. In a steady state with arrivals above what runs, it ends at the offered load `r S`.
 *
 * It lets jobs wait as long as the target permits: a burst that the allowance absorbs starts no worker.
 *
 * @returns jobs at once, not rounded: an autoscaler divides it by the concurrency of one worker and rounds up. It is at least 1 if jobs
 * wait. While no run time is known, it is the number of active jobs, plus one if jobs wait. For a paused queue it is the number of
 * active jobs. `undefined` if the target is not valid.
 *
 * @example
 * ```ts
 * import { neededConcurrency } from '@homeostat/bullmq/domain'
 *
 * const flow = { arrivalRate: 10, finishRate: 10, runSeconds: 2, ready: 0, active: 20, slots: 20, isPaused: false }
 * neededConcurrency({ ...flow, ready: 1600 }, { targetSeconds: 100 }) // 40
 * ```
 */
export function neededConcurrency(
  { arrivalRate, runSeconds, ready, active, isPaused }: Flow,
  { targetSeconds, globalLimit = Number.POSITIVE_INFINITY }: NeededConcurrencyOptions,
): number | undefined {
  if (!(targetSeconds > 0 && Number.isFinite(targetSeconds))) return undefined
  if (isPaused) return active
  const most = globalLimit > 0 ? globalLimit : Number.POSITIVE_INFINITY
  if (runSeconds === undefined) return Math.min(most, active + (ready > 0 ? 1 : 0))
  const planned = targetSeconds * PLANNED_SHARE
  // No more than one for each job: more could not start anything sooner.
  const forBacklog = Math.min(ready + active, (ready * runSeconds) / planned)
  const forArrivals = ((ready + arrivalRate * AHEAD_SECONDS) * runSeconds) / (planned + AHEAD_SECONDS)
  // Long jobs run on while nothing arrives, and their workers are not to be taken away.
  const running = runSeconds > targetSeconds ? active : 0
  return Math.min(most, Math.max(forBacklog, forArrivals, running, ready > 0 ? 1 : 0))
}
