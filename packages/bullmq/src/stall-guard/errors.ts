import type { Unable } from '../redis/redis-trouble.ts'
import { troubleText } from '../redis/trouble-text.ts'

/** The commands of the script that renews. */
const RENEW_COMMANDS = 'EVAL, LRANGE, GET, PTTL, PEXPIRE, SADD and SREM'

/** The stall guard cannot renew locks now. It goes on trying; BullMQ is as it is without the guard. */
export class StallGuardUnableError extends Error {
  override readonly name = 'StallGuardUnableError'
  readonly code = 'HOMEOSTAT_STALL_GUARD_UNABLE'

  /** @param queue - its name, or `a and 3 more` */
  constructor(queue: string, unable: Unable) {
    super(
      `the stall guard cannot renew locks of the queue ${queue}: ${troubleText(unable, RENEW_COMMANDS)}; until it can, a job that blocks the event loop may run twice, as it may without the guard`,
    )
  }
}

/** The stall guard does nothing for a worker. */
export class StallGuardUnusableError extends Error {
  override readonly name = 'StallGuardUnusableError'
  readonly code = 'HOMEOSTAT_STALL_GUARD_UNUSABLE'

  constructor(queue: string, why: string) {
    super(`the stall guard does nothing for a worker of the queue ${queue}: ${why}`)
  }
}

/** The thread of the stall guard has ended, or could not be started. */
export class StallGuardLostError extends Error {
  override readonly name = 'StallGuardLostError'
  readonly code = 'HOMEOSTAT_STALL_GUARD_LOST'

  constructor(why: string, retryMs: number, cause?: unknown) {
    super(
      `the thread of the stall guard has ended (${why}) and is started again in ${retryMs} ms; until then a job that blocks the event loop may run twice, as it may without the guard`,
      cause === undefined ? {} : { cause },
    )
  }
}
