/** How long jobs held a slot of a worker, summed up. */
export interface RunTimes {
  readonly jobs: number
  readonly seconds: number
}

/** No honest job runs for longer: a clock was set. */
const LONGEST_SECONDS = 7 * 24 * 3600

/** Collects the run times of the jobs that the workers of this process have ended. */
export class RunTimeSums implements RunTimes {
  jobs = 0
  seconds = 0

  /** Takes a run in. One that is negative, not finite or longer than a week is left out. */
  add(seconds: number): void {
    if (!(seconds >= 0 && seconds <= LONGEST_SECONDS)) return
    this.jobs += 1
    this.seconds += seconds
  }

  /** @returns the runs since the last call */
  take(): RunTimes {
    const { jobs, seconds } = this
    this.jobs = 0
    this.seconds = 0
    return { jobs, seconds }
  }
}
