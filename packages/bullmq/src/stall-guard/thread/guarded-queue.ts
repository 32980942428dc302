/** A worker whose locks are renewed while the loop is blocked, and the keys of its queue. */
export interface GuardedQueue {
  /** The number of the worker. */
  readonly id: number
  /** The key of its server's description. */
  readonly server: string
  /** Its tokens begin with this prefix; a number follows. */
  readonly tokenPrefix: string
  /** The memory of its tokens. */
  readonly tokens: SharedArrayBuffer
  /** The list of the jobs that are active. */
  readonly activeKey: string
  /** The set of the jobs that are taken over unless their lock is renewed. */
  readonly stalledKey: string
  /** While it exists, BullMQ skips checks for stalled jobs. */
  readonly stalledCheckKey: string
  /** The keys of jobs begin with it. */
  readonly jobPrefix: string
  readonly lockMs: number
  /** After this time without a beat the locks are renewed. */
  readonly firstMs: number
}

/** The beats in the time of a lock. A late beat is noticed early enough, and an idle process is hardly woken. */
const BEATS = 20
const SHORTEST_BEAT_MS = 10
const LONGEST_BEAT_MS = 1000
/** Renewals in the time of a lock: one or two may fail. */
const RENEWALS = 4

/** How often the loop has to beat for a lock of this time. */
export function beatMsOf(lockMs: number): number {
  return Math.round(Math.min(Math.max(lockMs / BEATS, SHORTEST_BEAT_MS), LONGEST_BEAT_MS))
}

/**
 * After which time without a beat the first renewal is due. BullMQ renews a lock when `renewMs` have passed, so it has at least the
 * rest of its time left when the loop blocks; half of that rest is left for the renewal itself.
 *
 * @param renewMs - BullMQ's `lockRenewTime`
 */
export function firstMsOf(lockMs: number, renewMs: number): number {
  const restMs = Math.max(lockMs - renewMs, 0)
  return Math.max(Math.min(lockMs / 8, restMs / 2), 2 * beatMsOf(lockMs))
}

/** The longest that a lock outlives the limit where it cannot be released in time. */
const LONGEST_GRACE_MS = 1000

/** So long after the limit a lock ends by itself. It is released at the limit, which needs the token in it. */
export function graceMsOf(lockMs: number): number {
  return Math.min(renewalMsOf(lockMs), LONGEST_GRACE_MS)
}

/** The time between two renewals. */
export function renewalMsOf(lockMs: number): number {
  return lockMs / RENEWALS
}
