import type { Registry } from '@homeostat/signals'
import type { JobRuns } from '../jobs/job-runs.ts'
import type { JobDemands } from './job-demands.ts'

/** How long all deferrals of a job may take together, in milliseconds. */
export const DEFAULT_MAX_DEFERRED_MS = 60_000

/** Options of `new AdmissionGate()`. */
export interface AdmissionGateOptions {
  readonly runs: Pick<JobRuns, 'follow' | 'gate'>
  readonly demands: JobDemands
  /** Takes the reports of faults, and the counts of a trial. */
  readonly registry: Registry
  /** Names of jobs and of queues that are never made to wait. */
  readonly exclude: readonly string[]
  readonly maxDeferredMs: number
  /**
   * Makes what returns the share of the time since its last call that the event loop was busy.
   * @default from `performance.eventLoopUtilization()`
   */
  readonly utilizationMeter?: () => () => number
}
