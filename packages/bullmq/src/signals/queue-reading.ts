/** The states that are reported; those of completed jobs depend on how many are kept and say nothing about load. */
export const states = ['waiting', 'paused', 'active', 'delayed', 'prioritized', 'waiting-children', 'failed'] as const

export type QueueState = (typeof states)[number]

/** What one poll found. */
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
}
