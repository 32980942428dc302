import { logFirst } from '../faults/faults.ts'
import { writeLine } from '../faults/lines.ts'

/** The longest delay that Node's timers keep, about 24.8 days. They turn a longer one into 1 ms. */
export const LONGEST_DELAY_MS = 2_147_483_647
/** Used instead of a delay that is not a number: not at once, because a repeated timer would flood, and not never. */
const UNCLEAR_DELAY_MS = 60_000

/** Options of timers that contain the errors of their callbacks. */
export interface TimerOptions {
  /** Receives what the callback throws, and what its promise rejects with. @default writes a line for the first one */
  readonly report?: (error: unknown) => void
  /** Keeps the process alive until the timer has fired. @default false */
  readonly holdsProcess?: boolean
}

/** Options of `sleep()`. */
export interface SleepOptions {
  /** Ends the sleep early: it then rejects with the reason of the signal. @default no signal */
  readonly signal?: AbortSignal | undefined
  /** Keeps the process alive during the sleep. @default false */
  readonly holdsProcess?: boolean
}

/**
 * A delay that Node's timers keep: a whole number of milliseconds from 0 to {@link LONGEST_DELAY_MS}. Node itself throws for
 * some other values and fires after 1 ms for the rest.
 *
 * Negative delays become 0, fractions are rounded up, delays that are too long become the longest, and what is not a number
 * becomes 60000.
 */
export function delayOf(ms: unknown): number {
  if (typeof ms !== 'number' || Number.isNaN(ms)) return UNCLEAR_DELAY_MS
  return Math.min(Math.max(Math.ceil(ms), 0), LONGEST_DELAY_MS)
}

/**
 * The interval of an option, checked. One that cannot be kept is replaced by the default, and reported in one line.
 *
 * @param name - of the option, as the user writes it
 * @param leastMs - a shorter interval becomes this one. @default 1
 */
export function intervalOf(name: string, ms: unknown, defaultMs: number, leastMs: number = 1): number {
  if (ms === undefined) return defaultMs
  const isUsable = typeof ms === 'number' && ms > 0 && ms <= LONGEST_DELAY_MS
  const usedMs = isUsable ? Math.max(Math.ceil(ms), leastMs) : defaultMs
  if (!isUsable || ms < leastMs) {
    const came = typeof ms === 'number' ? ms : `a ${typeof ms}`
    writeLine(
      'warn',
      `homeostat: ${name} is ${came}; expected milliseconds from ${leastMs} to ${LONGEST_DELAY_MS}; ${usedMs} is used`,
    )
  }
  return usedMs
}

/**
 * Calls `work` every `intervalMs` without keeping the process alive. A throw or rejection of `work` is reported and never
 * reaches the process. Calls do not overlap: while the promise of one is pending, the next are skipped.
 *
 * @param intervalMs - what is not a positive number becomes 60000
 * @returns dispose it to stop
 */
export function every(intervalMs: number, work: () => unknown, report?: TimerOptions['report']): Disposable {
  const onError = report ?? logFirst('periodic work')
  let isBusy = false
  // Made once: a timer that only moves a number must not leave garbage at each call.
  const done = (): void => void (isBusy = false)
  const failed = failure(onError, done)
  const call = (): void => {
    if (isBusy) return
    isBusy = true
    contained(work, failed, done)
  }
  const timer = setInterval(call, delayOf(intervalMs) || UNCLEAR_DELAY_MS)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/**
 * Calls `work` once after `delayMs`, see {@link delayOf}. A throw or rejection of `work` is reported and never reaches the
 * process.
 *
 * @returns dispose it to cancel
 */
export function after(delayMs: number, work: () => unknown, options: TimerOptions = {}): Disposable {
  const timer = setTimeout(() => {
    contained(work, failure(options.report ?? logFirst('delayed work'), ignore), ignore)
  }, delayOf(delayMs))
  if (options.holdsProcess !== true) timer.unref()
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

/**
 * Resolves after `delayMs`, see {@link delayOf}.
 *
 * @throws the reason of `signal` when it aborts first
 */
export function sleep(delayMs: number, options: SleepOptions = {}): Promise<void> {
  const { signal, holdsProcess } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      timer[Symbol.dispose]()
      reject(signal?.reason)
    }
    const onTime = (): void => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }
    const timer = after(delayMs, onTime, holdsProcess === undefined ? {} : { holdsProcess })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** Resolves when the event loop has turned once: what waits in it is served before. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => void setImmediate(resolve))
}

/** A signal that aborts with a `TimeoutError` after `delayMs`, see {@link delayOf}. It does not keep the process alive. */
export function timeoutSignal(delayMs: number): AbortSignal {
  return AbortSignal.timeout(delayOf(delayMs))
}

/** Reports an error, and is then done. The report is the last resort: what it throws is dropped. */
function failure(report: (error: unknown) => void, onDone: () => void): (error: unknown) => void {
  return error => {
    try {
      report(error)
    } catch {
      // Nowhere else to report to.
    }
    onDone()
  }
}

function contained(work: () => unknown, onFailure: (error: unknown) => void, onDone: () => void): void {
  try {
    const outcome = work()
    // The promise's own constructor reads `then` of whatever it gets, and contains what that throws.
    if (typeof outcome === 'object' && outcome !== null)
      new Promise(resolve => resolve(outcome)).then(onDone, onFailure)
    else onDone()
  } catch (error) {
    onFailure(error)
  }
}

function ignore(): void {}
