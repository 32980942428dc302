/** The states that are reported; those of completed jobs depend on how many are kept and say nothing about load. */
export const states = ['waiting', 'paused', 'active', 'delayed', 'prioritized', 'waiting-children', 'failed'] as const

export type QueueState = (typeof states)[number]

/** The result of a poll about the flow of a queue. */
export interface QueueCounts {
  readonly isPaused: boolean
  /** Delayed jobs whose time has come and that no worker has moved yet. */
  readonly due: number
  /** The queue's counter of added jobs. Adds that made no job because it was there already count too. */
  readonly added: number
  /** The most jobs that all workers together may run at once; `undefined` without a limit. */
  readonly globalLimit: number | undefined
  /** How many of the newest events are adds that made a job. */
  readonly newestMade: number
  /** How many of the newest events are adds that made no job: deduplicated, or an id that exists. */
  readonly newestUnmade: number
  /** The rate limit that the queue itself has (`setGlobalRateLimit`); `undefined` without one. */
  readonly rateLimit: RateLimit | undefined
  /** Jobs that have started in the present period of a rate limit, whoever has set it; 0 without one. */
  readonly startedInPeriod: number
}

/** So many jobs start in so many milliseconds at most. */
export interface RateLimit {
  readonly max: number
  readonly duration: number
}

/** The findings of one poll. */
export interface QueueReading {
  readonly jobs: Readonly<Partial<Record<QueueState, number>>>
  /** Since when the oldest waiting job waits, in milliseconds since the epoch; `undefined` when no job waits or the store does not know. */
  readonly oldestWaitingSince: number | undefined
  /**
   * No job that still waits at the next reading has waited since before this moment, in milliseconds since the epoch.
   * `undefined` when that is not known: the jobs of a paused queue are not examined.
   */
  readonly noneWaitsSinceBefore: number | undefined
  /** False when the store does not know how long jobs wait. */
  readonly knowsAge: boolean
  /** Since when the first of the jobs is lowered that `queue.deferHeavyJobs` lets run last, in milliseconds since the epoch. */
  readonly loweredSince?: number | undefined
  /** `undefined` when the store or the permissions do not show them. */
  readonly counts: QueueCounts | undefined
}
