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

/** Somebody else has set a worker while Homeostat had it lowered. It stays as they set it. */
export class WorkerSetElsewhereError extends Error {
  readonly code = 'HOMEOSTAT_WORKER_SET_ELSEWHERE' as const
  override readonly name: string = 'WorkerSetElsewhereError'

  constructor(queue: string, { own, set, found }: { own: number; set: number; found: number }) {
    super(
      `a worker of the queue ${queue} has a concurrency of ${found}, not the ${set} that Homeostat had lowered it to (from ${own}): the application has set it, so it is left alone; set it again to the value that you want`,
    )
  }
}

/** A worker threw when its concurrency was read or set. */
export class WorkerNotSetError extends Error {
  readonly code = 'HOMEOSTAT_WORKER_NOT_SET' as const
  override readonly name: string = 'WorkerNotSetError'

  constructor(queue: string, options?: ErrorOptions) {
    super(
      `the concurrency of a worker of the queue ${queue} could not be read or set, so it is left unchanged; look at the accessor "concurrency" of its class`,
      options,
    )
  }
}
