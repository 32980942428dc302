import type { Unable } from './redis/redis-trouble.ts'
import { troubleText } from './redis/trouble-text.ts'

/** The commands of the script that reads a queue. */
const READ_COMMANDS = 'EVAL, TIME, EXISTS, LLEN, LINDEX, LRANGE, HEXISTS, HMGET, ZCARD, ZRANGE and ZRANGEBYSCORE'

/** Queues could not be read. @param queue - its name, or `a and 3 more` */
export class QueueUnreadableError extends Error {
  readonly code = 'HOMEOSTAT_QUEUE_UNREADABLE' as const
  override readonly name: string = 'QueueUnreadableError'

  constructor(queue: string, reason: string, options?: ErrorOptions) {
    super(
      `could not read the sizes of the queue ${queue}: ${reason}; they are left out until they can be read`,
      options,
    )
  }
}

/** The error for queues that could not be read. */
export function readingError(queue: string, unable: Unable, timeoutMs: number): Error {
  if (unable.trouble === 'slow') return new QueueReadingSlowError(queue, timeoutMs)
  return new QueueUnreadableError(queue, troubleText(unable, READ_COMMANDS))
}

/** Redis did not do what an action on a queue needs. */
export class QueueOutOfReachError extends Error {
  readonly code = 'HOMEOSTAT_QUEUE_OUT_OF_REACH' as const
  override readonly name: string = 'QueueOutOfReachError'

  constructor(queue: string, unable: Unable) {
    super(
      `could not act on the queue ${queue}: ${troubleText(unable, 'EVAL and the commands of its scripts')}; nothing more is changed until it can be reached`,
    )
  }
}

/** A reading takes longer than it may; no other one is sent meanwhile. */
export class QueueReadingSlowError extends Error {
  readonly code = 'HOMEOSTAT_QUEUE_READING_SLOW' as const
  override readonly name: string = 'QueueReadingSlowError'

  constructor(queue: string, timeoutMs: number) {
    super(
      `could not read the sizes of the queue ${queue}: its Redis has not answered within ${timeoutMs} ms; look at it, or raise timeoutMs; the sizes are left out while they are old`,
    )
  }
}

/** Somebody else has set a worker while Homeostat had it changed. It stays as they set it. */
export class WorkerSetElsewhereError extends Error {
  readonly code = 'HOMEOSTAT_WORKER_SET_ELSEWHERE' as const
  override readonly name: string = 'WorkerSetElsewhereError'

  constructor(queue: string, { own, set, found }: { own: number; set: number; found: number }) {
    super(
      `a worker of the queue ${queue} has a concurrency of ${found}, not the ${set} that Homeostat had ${set > own ? 'raised' : 'lowered'} it to (from ${own}): the application has set it, so it is left alone; set it again to the value that you want`,
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

/** The queue of a knob is not there, or more than one could be meant. */
export class QueueNotSingleError extends Error {
  readonly code = 'HOMEOSTAT_QUEUE_NOT_SINGLE' as const
  override readonly name: string = 'QueueNotSingleError'

  constructor(why: string) {
    super(`a queue can be neither read nor set: ${why}`)
  }
}
