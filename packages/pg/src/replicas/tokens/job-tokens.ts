import { checkedOptions, group, LONGEST_MS, number, oneOf } from '@homeostat/signals/options'

/** The member of a job's data that carries the token. */
export const JOB_TOKEN = 'homeostatReadToken'

/** What the wrapper uses of a job of BullMQ. */
export interface TokenJob {
  readonly data: unknown
  readonly attemptsStarted?: number
  readonly attemptsMade?: number
  moveToDelayed?(timestamp: number, token?: string): Promise<unknown>
}

/** Options of the wrapper. */
export interface JobTokenOptions {
  /**
   * What happens to a job that needs fresher data than any replica has: it reads from the `primary`, or is moved to `delayed` and tried
   * again, without using up an attempt. @default 'primary'
   */
  readonly whenBehind?: 'primary' | 'delay'
  /** After how long a delayed job is tried again, in milliseconds. @default 500 */
  readonly retryMs?: number
  /** For how long one job is delayed in total, in milliseconds; it then reads from the primary. @default 10000 */
  readonly maxDelayMs?: number
}

const settings = group<JobTokenOptions>(
  {
    whenBehind: oneOf(['primary', 'delay'], {
      default: 'primary',
      description: 'where a job reads that needs fresher data than any replica has, or whether it is tried later',
    }),
    retryMs: number({
      least: 1,
      most: LONGEST_MS,
      unit: 'ms',
      default: 500,
      description: 'after how long a delayed job is tried again',
    }),
    maxDelayMs: number({
      least: 0,
      most: LONGEST_MS,
      unit: 'ms',
      default: 10_000,
      description: 'for how long one job is delayed in total',
    }),
  },
  { description: 'how jobs carry tokens' },
)

/** BullMQ knows this error by its name: the job is in `delayed`, and this run has not failed. */
class DelayedError extends Error {
  override readonly name = 'DelayedError'
  constructor() {
    super('bullmq:movedToDelayed')
  }
}

/** What carries tokens for jobs. */
export interface JobTokenCarrier {
  run<T>(work: () => T, token?: string): T
  /** Whether a replica has what the present context needs, after a wait for its position where that is not known yet. */
  hasReplica(): Promise<boolean>
}

/** Runs each job in a context of its own that continues the one in which it was added. */
export function jobTokens<Job extends TokenJob, Result, Rest extends readonly unknown[] = []>(
  carrier: JobTokenCarrier,
  processor: (job: Job, token?: string, ...rest: Rest) => Promise<Result>,
  options?: JobTokenOptions,
): (job: Job, token?: string, ...rest: Rest) => Promise<Result> {
  if (typeof processor !== 'function') throw new TypeError('processor() takes the function that processes a job')
  const given = checkedOptions(settings, options ?? {}, 'processor')
  const { whenBehind = 'primary', retryMs = 500, maxDelayMs = 10_000 } = given
  return (job, lock, ...rest) => {
    const came: unknown = (job.data as { readonly [JOB_TOKEN]?: unknown } | null | undefined)?.[JOB_TOKEN]
    const run = async (): Promise<Result> => {
      if (whenBehind === 'delay' && typeof came === 'string' && (await mustWait(job, lock))) throw new DelayedError()
      return processor(job, lock, ...rest)
    }
    return carrier.run(run, typeof came === 'string' ? came : undefined)
  }

  async function mustWait(job: Job, lock: string | undefined): Promise<boolean> {
    if (typeof job.moveToDelayed !== 'function' || emptyStarts(job) * retryMs >= maxDelayMs) return false
    if (await carrier.hasReplica()) return false
    await job.moveToDelayed(Date.now() + retryMs, lock)
    return true
  }
}

/** How often the job was started and not run. BullMQ keeps it with the job, so that it holds for all processes. */
function emptyStarts({ attemptsStarted, attemptsMade }: TokenJob): number {
  if (typeof attemptsStarted !== 'number') return 0
  return Math.max(0, attemptsStarted - (attemptsMade ?? 0) - 1)
}
