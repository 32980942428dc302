// The event loop and the threads of the stall guard send each other these messages. Each is plain data that can be cloned.
import type { GuardedQueue } from './guarded-queue.ts'
import type { ServerDescription } from './server-description.ts'
import type { Unable } from '../../redis/redis-trouble.ts'

/** The task of a thread. */
export interface ThreadTask {
  /** The memory of the pulse. */
  readonly pulse: SharedArrayBuffer
  /** `process.hrtime`, which all threads share, minus the loop's `performance.now()`, in milliseconds. */
  readonly clockOffsetMs: number
  /** A loop that is blocked for longer is left alone. */
  readonly limitMs: number
}

/** The task of the thread that looks at the stack of a blocked loop. */
export interface WitnessTask extends Pick<ThreadTask, 'pulse'> {
  /** The file of `@sentry-internal/node-native-stacktrace`. */
  readonly moduleFile: string
  /** The name under which the thread of the event loop is registered there. */
  readonly thread: string
}

/** A message to the thread that renews. */
export type Order =
  | { readonly kind: 'server'; readonly server: string; readonly description: ServerDescription }
  | ({ readonly kind: 'worker' } & GuardedQueue)
  | { readonly kind: 'ended'; readonly id: number }

/** The renewals of one token during a block. */
export interface TokenRenewals {
  /** The number of the worker. */
  readonly worker: number
  readonly token: number
  readonly renewals: number
  /** Its lock would have expired when the loop had been blocked for so long. */
  readonly doomedMs: number
  /** Its lock expires when the loop has been blocked for so long. */
  readonly keptMs: number
}

/** A message of a thread. */
export type News =
  | { readonly kind: 'block'; readonly beat: number; readonly renewals: readonly TokenRenewals[] }
  | ({ readonly kind: 'unable'; readonly server: string } & Unable)
  /** It can renew again. */
  | { readonly kind: 'able'; readonly server: string }
  | { readonly kind: 'frame'; readonly beat: number; readonly frame: string }
