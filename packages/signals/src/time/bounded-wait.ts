import { isPromise } from 'node:util/types'
import { after } from './timers.ts'

/** Something to wait for: a promise, anything that has a `then`, or a function that begins it. */
export type Work<T> = PromiseLike<T> | (() => T | PromiseLike<T>)

/** Options of `within()`. */
export interface WithinOptions {
  /** Keeps the process alive while it waits. @default false */
  readonly holdsProcess?: boolean
}

/** Options of `untilAborted()`. */
export interface UntilAbortedOptions {
  /** After the abort the outcome may still come for so long, in milliseconds. @default 0 */
  readonly graceMs?: number
  /** What is thrown after the abort. @default the reason of the signal */
  readonly reason?: () => unknown
}

/**
 * Waits for `work` no longer than `limitMs`, see `delayOf()`. No `work` can throw before the promise is
 * returned, settle it twice, or leave an unhandled rejection when it fails late.
 *
 * @param late - makes the error for work that took too long
 * @throws what `work` fails with, or what `late` makes
 */
export function within<T>(
  limitMs: number,
  work: Work<T>,
  late: () => unknown,
  options: WithinOptions = {},
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = after(limitMs, () => reject(late()), options)
    const end = (): void => timer[Symbol.dispose]()
    settle(work, ending(end, resolve), ending(end, reject))
  })
}

/**
 * Waits for `work`; after an abort only for the grace, so that work that ignores its signal holds nobody up. Contains `work`
 * like {@link within}. A function is not called when the signal has aborted already.
 *
 * @throws what `work` fails with, or the reason of the abort
 */
export function untilAborted<T>(work: Work<T>, signal: AbortSignal, options: UntilAbortedOptions = {}): Promise<T> {
  const { graceMs = 0, reason = () => signal.reason as unknown } = options
  return new Promise<T>((resolve, reject) => {
    let grace: Disposable | undefined
    const giveUp = (): void => reject(reason())
    const onAbort = (): void => {
      if (graceMs > 0) grace = after(graceMs, giveUp, { holdsProcess: true })
      else giveUp()
    }
    const end = (): void => {
      grace?.[Symbol.dispose]()
      signal.removeEventListener('abort', onAbort)
    }
    if (signal.aborted && typeof work === 'function') return giveUp()
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    settle(work, ending(end, resolve), ending(end, reject))
  })
}

function ending<T>(end: () => void, then: (value: T) => void): (value: T) => void {
  return value => {
    end()
    then(value)
  }
}

/** Calls one of the two once, later, whatever `work` is: what its `then` throws is a failure like any other. */
function settle<T>(work: Work<T>, resolve: (value: T) => void, reject: (error: unknown) => void): void {
  try {
    const begun: unknown = typeof work === 'function' ? work() : work
    // A promise of Node's own needs no other around it, which would take more turns to settle.
    const promise = isPromise(begun) ? begun : new Promise(answer => answer(begun))
    void Promise.prototype.then.call(promise, resolve as (value: unknown) => void, reject)
  } catch (error) {
    reject(error)
  }
}
