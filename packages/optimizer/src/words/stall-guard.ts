import type { Mode } from './mode.ts'

/** What became of the lock of a job while the event loop was blocked. */
export type LockOutcome =
  /** It was renewed, and would have expired: without the guard another worker would have run the job as well. */
  | 'kept'
  /** It would have expired, and was not renewed because the mode is `advise`. */
  | 'advised'
  /** It expired although the guard was there: the server could not be reached, or somebody else had taken it. */
  | 'lost'
  /** The loop was blocked for longer than the limit, so the lock was let go. */
  | 'gave_up'

/** The jobs of one queue, name and outcome. */
export interface RescuedJobs {
  readonly queue: string
  /** The name of the jobs, `_OTHER` past 50 names of a queue. */
  readonly job: string
  readonly outcome: LockOutcome
  readonly jobs: number
  /** How often the locks of these jobs were renewed; in mode `advise` how often they would have been. */
  readonly renewals: number
  /** After how much of the block the first of these locks would have expired, in milliseconds. */
  readonly doomedMs: number
}

/** What the stall guard did during one block of the event loop. Plain data. */
export interface StallReceipt {
  /** When the loop was back, in milliseconds since the epoch. */
  readonly at: number
  /** How long the loop was blocked, at most one beat too long. */
  readonly blockedMs: number
  /** At most 20; a queue and name with fewer jobs comes later. */
  readonly rescued: readonly RescuedJobs[]
  /** The innermost frame of the application that was running, where the optional module is installed: `renderPdf (pdf.js:12:7)`. */
  readonly frame: string | undefined
}

/**
 * Keeps the jobs of this process while its event loop is blocked. It acts without a rule and a trial: its receipt shows for each job
 * that the lock would have expired.
 */
export interface JobStallGuard {
  /** Calls the listener with the receipt of each block in which a lock would have expired. */
  on(listener: (receipt: StallReceipt) => void): Disposable
  /** Takes the mode from somebody else from now on. Where the mode is not `act`, the guard only counts. */
  govern(mode: () => Mode): void
  /** Asks for the mode now. */
  recheck(): void
}
