/** The average cost of one run of a job, learned while the process works. */
export interface JobCost {
  /** Runs that have ended and that the averages are made of. Older runs count less and less. */
  readonly runs: number
  /** From the call of the processor to its end, in seconds. */
  readonly runSeconds: number
  /** CPU time of the main thread, in seconds. */
  readonly cpuSeconds: number
  /** The part of the synchronous work that held the event loop for 10 ms or longer at a time, in seconds. */
  readonly blockedSeconds: number
  /** Time for which statements of the job ran in a database, each counted by itself, in seconds. */
  readonly databaseSeconds: number
  /** Time for which at least one command of the job waited for Redis, in seconds. */
  readonly redisSeconds: number
  /** Memory allocated on the JavaScript heap, in bytes. */
  readonly allocatedBytes: number
}

/** The costs of the jobs of this process. */
export interface JobCosts {
  /**
   * The cost of one run.
   *
   * @param name - the name of the job as telemetry has it
   * @returns undefined until enough is known, and for jobs that run elsewhere, i.e. with sandboxed processors
   */
  of(queue: string, name: string): JobCost | undefined
}
