/** A queue could not be read. */
export class QueueUnreadableError extends Error {
  readonly code = 'HOMEOSTAT_QUEUE_UNREADABLE' as const
  override readonly name: string = 'QueueUnreadableError'

  constructor(queue: string, reason: string, options?: ErrorOptions) {
    super(
      `could not read the sizes of the queue ${queue}: ${reason}; they are left out until its Redis answers again`,
      options,
    )
  }
}

/** A reading takes longer than it may; no other one is sent meanwhile. */
export class QueueReadingSlowError extends Error {
  readonly code = 'HOMEOSTAT_QUEUE_READING_SLOW' as const
  override readonly name: string = 'QueueReadingSlowError'

  constructor(queue: string, timeoutMs: number) {
    super(
      `the queue ${queue} has not answered within ${timeoutMs} ms: look at its Redis, or give pollIntervalMs more time`,
    )
  }
}
