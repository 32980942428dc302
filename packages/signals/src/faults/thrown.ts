import { isPromise } from 'node:util/types'
import { errorType } from './error-type.ts'

/** A message of ours is one line; it may name a file or a queue. */
const LONGEST_MESSAGE = 500
/** A longer stack is not searched for a place: its text is somebody else's. */
const LONGEST_STACK = 20_000

/**
 * One line about anything thrown or rejected with. It never throws, and never repeats a foreign message: messages of
 * drivers, of the file system and of the application quote keys, statements, values and paths. An error of ours keeps its
 * message, which says what happened and what to do. For any other error the line holds its type and where it was thrown.
 *
 * @example
 * ```ts
 * describeThrown(new RangeError('user 42 is unknown')) // e.g. 'RangeError at orders.js:12:7'
 * describeThrown(new QueueReadingSlowError('mails', 5000)) // 'could not read the sizes of the queue mails: its Redis has ...'
 * describeThrown(null) // 'object'
 * ```
 */
export function describeThrown(thrown: unknown): string {
  ignoreRejection(thrown)
  try {
    return ownMessage(thrown) ?? `${errorType(thrown)}${placeOf(thrown)}`
  } catch {
    return errorType(thrown)
  }
}

/** The first line of the message of an error that a package of ours has made; undefined for everything else. Never throws. */
export function ownMessage(thrown: unknown): string | undefined {
  try {
    if (typeof thrown !== 'object' || thrown === null) return undefined
    const { code, message } = thrown as { code?: unknown; message?: unknown }
    if (typeof code !== 'string' || !/^HOMEOSTAT_[A-Z_]{1,64}$/.test(code) || typeof message !== 'string')
      return undefined
    return message.slice(0, LONGEST_MESSAGE).split('\n', 1)[0]!
  } catch {
    return undefined
  }
}

/**
 * Makes sure that a promise which nobody waits for, e.g. one in place of a text or one that was thrown, does not end the
 * process when it rejects. Never throws.
 */
export function ignoreRejection(value: unknown): void {
  if (isPromise(value)) void Promise.prototype.then.call(value, undefined, ignoreRejection)
}

/** File, line and column of the first frame, of a stack that is nothing but type, message and frames. */
function placeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return ''
  const { stack, message } = thrown as { stack?: unknown; message?: unknown }
  if (typeof stack !== 'string' || typeof message !== 'string' || stack.length > LONGEST_STACK) return ''
  const [type] = /^[\w$.]{1,200}(?: \[\w{1,200}\])?(?:: )?/.exec(stack) ?? ['']
  const rest = stack.slice(type.length)
  // A message may look like frames, so it must be cut off; one that is not there any more cannot be.
  if (!rest.startsWith(`${message}\n`)) return ''
  // Names of functions and folders are somebody else's text: a method may be called like a key.
  const place = /^ +at .*?([\w.-]{1,100}:\d+:\d+)\)?$/m.exec(rest.slice(message.length))?.[1]
  return place === undefined ? '' : ` at ${place}`
}
