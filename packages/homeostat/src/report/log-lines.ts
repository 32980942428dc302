import type { Faults } from '@homeostat/signals'
import { counted, after } from '@homeostat/signals'
import { isOnConsole, type Logger } from '../options/logger.ts'
import { LoggerFailedError } from './logger-failed-error.ts'
import { oneLine } from '../options/one-line.ts'

export type LogLevel = 'info' | 'warn'

/** Lines that wait to be written; more at once are left out and counted. */
const MOST_WAITING = 100
/** More lines within a minute are left out and counted. */
const MOST_PER_MINUTE = 30
const MINUTE_MS = 60_000
/** One call of a logger that holds the process for longer counts as a failure. */
const SLOW_MS = 50
/** Failures in a row after which the logger is left alone. */
const MOST_FAILURES = 3
const PAUSE_MS = 300_000

export interface LogLinesOptions {
  /** Undefined writes nothing. */
  readonly logger: Logger | undefined
  readonly faults: Faults
  /** Milliseconds of a clock that only goes forward. @default performance.now */
  readonly clock?: () => number
}

/**
 * Writes one line per event to the application's logger, outside of ticks. A logger that throws, rejects or blocks is
 * reported and not called for five minutes. Homeostat never waits for it.
 */
export class LogLines implements Disposable {
  readonly #options: LogLinesOptions
  readonly #clock: () => number
  #waiting: { readonly level: LogLevel; readonly text: string }[] = []
  #isScheduled = false
  #written: number[] = []
  #leftOut = 0
  /** The timer that mentions the lines that were left out when no other line comes. */
  #mention: Disposable | undefined
  #failures = 0
  #pausedUntil = -Infinity

  constructor(options: LogLinesOptions) {
    this.#options = options
    this.#clock = options.clock ?? (() => performance.now())
  }

  get isOnConsole(): boolean {
    return isOnConsole(this.#options.logger)
  }

  write(level: LogLevel, text: string): void {
    if (!this.#options.logger || this.#clock() < this.#pausedUntil) return
    if (this.#waiting.length >= MOST_WAITING) {
      this.#leftOut++
      return
    }
    this.#waiting.push({ level, text })
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.flush())
  }

  /** Writes the waiting lines now. */
  flush(): void {
    this.#isScheduled = false
    const lines = this.#waiting
    this.#waiting = []
    for (const { level, text } of lines) {
      const now = this.#clock()
      if (now < this.#pausedUntil) return
      this.#written = this.#written.filter(at => now - at < MINUTE_MS)
      if (this.#written.length >= MOST_PER_MINUTE) {
        this.#leftOut++
        continue
      }
      this.#written.push(now)
      const more =
        this.#leftOut > 0
          ? ` (${counted(this.#leftOut, 'line before it was', 'lines before it were')} left out; h.report() has all)`
          : ''
      this.#leftOut = 0
      this.#call(level, `homeostat: ${oneLine(text)}${more}`)
    }
    if (this.#leftOut > 0) this.#mention ??= after(MINUTE_MS, () => this.#mentionLeftOut())
  }

  /** Writes the waiting lines and how many were left out: the last line may have been one of a burst. */
  [Symbol.dispose](): void {
    this.flush()
    this.#mentionLeftOut()
  }

  #mentionLeftOut(): void {
    this.#mention?.[Symbol.dispose]()
    this.#mention = undefined
    if (this.#leftOut === 0 || this.#clock() < this.#pausedUntil) return
    const lines = counted(this.#leftOut, 'line was', 'lines were')
    this.#leftOut = 0
    this.#call('info', `homeostat: ${lines} left out; h.report() has all`)
  }

  #call(level: LogLevel, line: string): void {
    const { logger } = this.#options
    const begun = this.#clock()
    try {
      const written: unknown = logger?.[level](line)
      // A logger may be asynchronous, and nobody else would catch its rejection.
      if (written instanceof Promise) return void written.then(this.#succeeded, () => this.#failed('it rejected'))
    } catch {
      return this.#failed('it threw')
    }
    const tookMs = this.#clock() - begun
    if (tookMs > SLOW_MS) this.#failed(`it took ${Math.round(tookMs)} ms for a line`)
    else this.#succeeded()
  }

  readonly #succeeded = (): void => {
    this.#failures = 0
  }

  #failed(why: string): void {
    if (++this.#failures < MOST_FAILURES) return
    this.#failures = 0
    this.#pausedUntil = this.#clock() + PAUSE_MS
    this.#options.faults.report('telemetry', new LoggerFailedError(why))
  }
}
