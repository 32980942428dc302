import { WorkUnit } from '@homeostat/signals'
import type { JobUse, Used } from './job-use.ts'

/** One run of a job, and what is measured of it while a window is open. */
export class RunUse extends WorkUnit implements Used {
  declare readonly owner: JobUse
  cpuMs = 0
  blockedMs = 0
  /** How long windows had been open when it started, in milliseconds. */
  readonly measuredMs: number

  constructor(use: JobUse, measuredMs: number) {
    super(use)
    this.measuredMs = measuredMs
  }
}
