import { wallTime } from '../../time/steady-clock.ts'

/** What the watchdog saw of one time that the event loop was blocked. */
export interface BlockedLoop {
  /** The last sign of life before it, in milliseconds since the epoch on the steady clock. */
  readonly since: number
  readonly blockedMs: number
}

/** The event loop was blocked for longer than the watchdog allows; reported once the loop runs again. */
export class LoopBlockedError extends Error {
  override readonly name = 'LoopBlockedError'
  readonly code = 'HOMEOSTAT_LOOP_BLOCKED'
  readonly since: number
  readonly blockedMs: number

  constructor({ since, blockedMs }: BlockedLoop, limitMs: number) {
    super(
      `the event loop was blocked for ${Math.round(blockedMs)} ms since ${new Date(wallTime(since)).toISOString()}, more than the ${limitMs} ms that the watchdog allows: actions are stopped and changes reverted until it runs well again; look for synchronous work of that time`,
    )
    this.since = since
    this.blockedMs = blockedMs
  }
}

/** The watchdog's thread ended or could not be started: nothing looks after a blocked event loop until it is back. */
export class WatchdogLostError extends Error {
  override readonly name = 'WatchdogLostError'
  readonly code = 'HOMEOSTAT_WATCHDOG_LOST'

  constructor(why: string, retryMs: number, cause?: unknown) {
    super(
      `the thread of the watchdog has ended (${why}); it is started again in ${retryMs} ms; watchdog: false turns it off`,
      cause === undefined ? {} : { cause },
    )
  }
}
