import { fieldOf } from '@homeostat/signals/options'
import { BINDING_OPTIONS } from '../jobs/binding-options.ts'
import type { JobRun } from '../jobs/job-run.ts'
import { ownConcurrency } from '../signals/queue-object.ts'

/** BullMQ knows this error by its name, also from another copy of it: the job is in `delayed`, and this run has not failed. */
export class DelayedError extends Error {
  override readonly name = 'DelayedError'

  constructor() {
    super('bullmq:movedToDelayed')
  }
}

/** The members of a job of BullMQ 5 and 6 that are used here. */
interface DeferrableJob {
  readonly id?: unknown
  readonly attemptsStarted?: unknown
  readonly attemptsMade?: unknown
  getDependenciesCount(): Promise<Readonly<Record<string, number>>>
  moveToDelayed(timestamp: number, token: string): Promise<unknown>
  isDelayed(): Promise<boolean>
  promote(): Promise<void>
  changePriority(options: { readonly priority: number; readonly lifo: true }): Promise<void>
  readonly priority?: unknown
}

/**
 * Whether a job may be made to wait at all. Never: names and queues that were excluded; children that a parent waits for; jobs with
 * deduplication, `lifo`, a group or a repetition; workers with a rate limit, with locks that nobody renews, or that close.
 */
export function mayWait({ worker, job, queue }: JobRun, excluded: ReadonlySet<string>): boolean {
  // The job's own name: the one of telemetry is bounded.
  if (excluded.has(String(fieldOf(job, 'name'))) || excluded.has(queue) || worker.closing) return false
  const options = fieldOf(worker, 'opts')
  if (fieldOf(options, 'limiter') || fieldOf(options, 'skipLockRenewal') === true) return false
  // A rate limit that was set for the queue: each deferral would use one of its starts.
  if (Number(fieldOf(worker, 'limitUntil')) > 0) return false
  if (fieldOf(job, 'parentKey') || fieldOf(job, 'parent') || fieldOf(job, 'repeatJobKey')) return false
  if (fieldOf(job, 'deduplicationId') || fieldOf(job, 'debounceId')) return false
  const promised = fieldOf(job, 'opts')
  return !BINDING_OPTIONS.some(option => Boolean(fieldOf(promised, option)))
}

/**
 * Whether it may be deferred as well: moved to `delayed`. Not where starts are counted (`maxStartedAttempts`), and not where
 * the worker takes one job at a time, as that keeps their order.
 */
export function mayDefer({ worker, job, token }: JobRun): boolean {
  if (token === '' || ownConcurrency(worker) < 2) return false
  if (fieldOf(fieldOf(worker, 'opts'), 'maxStartedAttempts') !== undefined) return false
  return ['moveToDelayed', 'getDependenciesCount', 'isDelayed', 'promote', 'changePriority'].every(
    method => typeof fieldOf(job, method) === 'function',
  )
}

/** The job among all jobs of the process; undefined for one without an id. */
export function keyOf({ worker, job }: JobRun): string | undefined {
  const id = fieldOf(job, 'id')
  return typeof id === 'string' ? `${worker.qualifiedName}:${id}` : undefined
}

/** How often the job was started and not run. BullMQ keeps it with the job, so that it holds for all processes. */
export function emptyStarts({ job }: JobRun): number {
  const { attemptsStarted, attemptsMade } = job as DeferrableJob
  if (typeof attemptsStarted !== 'number') return 0
  return Math.max(0, attemptsStarted - (typeof attemptsMade === 'number' ? attemptsMade : 0) - 1)
}

/** Whether the job has or had children: then somebody waits for the whole flow. One round trip. */
export async function isParent({ job }: JobRun): Promise<boolean> {
  const counts = await (job as DeferrableJob).getDependenciesCount()
  return Object.values(counts).some(count => count > 0)
}

/**
 * Moves the job to `delayed`. An attempt is not used up.
 *
 * @returns false where it is still this worker's to run
 */
export async function moveToDelayed({ job, token }: JobRun, timestamp: number): Promise<boolean> {
  const deferrable = job as DeferrableJob
  try {
    await deferrable.moveToDelayed(timestamp, token)
    return true
  } catch {
    // The connection may have broken after Redis had moved it.
    return deferrable.isDelayed().catch(() => false)
  }
}

/**
 * Lets a deferred job come back now, as the next one of its queue and its priority: a worker had taken it before all those that wait there.
 * BullMQ puts it behind them, where a deep queue would keep it for hours. Where this fails, or the process ends before, it comes back by
 * itself behind them.
 */
export async function bringBack({ job }: Pick<JobRun, 'job'>): Promise<void> {
  const deferrable = job as DeferrableJob
  const { priority } = deferrable
  try {
    await deferrable.promote()
    // It does nothing to a job that a worker has taken meanwhile.
    await deferrable.changePriority({ priority: typeof priority === 'number' ? priority : 0, lifo: true })
  } catch {
    // It has come back already, was removed, or Redis does not answer.
  }
}
