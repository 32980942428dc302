import type { Flow } from './queue-flow.ts'

/** An autoscaler does nothing about the last tenth: the HPA has a tolerance of 10 % by default. */
const TOLERANCE = 1.1
/** How long it takes on average until a new pod works: half a reading (5 s), scrape (15 s) and sync (15 s), and the start of the pod. */
const AHEAD_SECONDS = 40

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
 * each runs for S seconds. A job that arrives within the next u seconds starts within the target T after its arrival if n slots satisfy
 * `n (T + u) >= (B + r u) S`. It has to hold for u = 0 and for u of 40 s, which is how long new workers take; then it holds in between.
 *
 * Two allowances are added. The work is not known exactly: of B jobs with exponential run times, and as many Poisson arrivals as are expected,
 * its standard deviation is `S sqrt(B + 2 r u)`, which is added once, as square-root staffing does (S. Halfin and W. Whitt, Operations
 * Research 29, 1981). And an autoscaler ignores 10 %, so that the number is a tenth larger. In a steady state with arrivals above what
 * runs, it ends at the offered load `r S`.
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
 * neededConcurrency({ ...flow, ready: 1600 }, { targetSeconds: 100 }) // 1.1 * (1600 + 40) * 2 / 100 = 36.08
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
  // No more than one for each job: more could not start anything sooner.
  const forBacklog = Math.min(ready + active, slotsFor(ready, 0, runSeconds, targetSeconds))
  const forArrivals = slotsFor(ready, arrivalRate * AHEAD_SECONDS, runSeconds, targetSeconds + AHEAD_SECONDS)
  // Long jobs run on while nothing arrives, and their workers are not to be taken away.
  const running = runSeconds > targetSeconds ? active : 0
  return Math.min(most, Math.max(forBacklog, forArrivals, running, ready > 0 ? 1 : 0))
}

/** How many slots start the jobs that wait, and those that arrive, within so many seconds. */
function slotsFor(waiting: number, arrivals: number, runSeconds: number, seconds: number): number {
  const jobs = waiting + arrivals + Math.sqrt(waiting + 2 * arrivals)
  return (TOLERANCE * jobs * runSeconds) / seconds
}
