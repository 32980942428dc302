/** The runs of a worker's jobs cannot be followed. Its jobs run as they would without Homeostat. */
export class JobsUnmeasuredError extends Error {
  readonly code = 'HOMEOSTAT_JOBS_UNMEASURED' as const
  override readonly name: string = 'JobsUnmeasuredError'

  constructor(queue: string, options?: ErrorOptions) {
    super(
      `the jobs of a worker of the queue ${queue} are not measured: Homeostat does not know this version of BullMQ; it knows 5 and 6`,
      options,
    )
  }
}
