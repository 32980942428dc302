import type { Advice } from '@homeostat/optimizer'
import { counted, BoundedMap } from '@homeostat/signals'
import { databaseOf, type Origin } from '../signals/origin.ts'
import { duration, stateOf, type LockWait } from './lock-waits.ts'

const MOST_KEPT = 100

interface Seen {
  readonly origin: Origin
  /** The last look that saw it. */
  readonly last: LockWait
  readonly lastAt: number
  readonly looks: number
  readonly mostSessions: number
  readonly longestMs: number
}

/** The waits for locks that were seen while statements were slow: when one is examined, the session that held the lock may be gone. */
export class SeenLockWaits {
  readonly #seen = new BoundedMap<string, Seen>(MOST_KEPT)

  /** @param now - in milliseconds of the monotonic clock */
  note(origin: Origin, waits: readonly LockWait[], now: number): void {
    for (const last of waits) {
      const key = `${databaseOf(origin)} ${last.holder}`
      const before = this.#seen.get(key)
      this.#seen.set(key, {
        origin,
        last,
        lastAt: now,
        looks: (before?.looks ?? 0) + 1,
        mostSessions: Math.max(before?.mostSessions ?? 0, last.sessions),
        longestMs: Math.max(before?.longestMs ?? 0, last.longestMs),
      })
    }
  }

  /**
   * Those that were seen since, with the database of each.
   *
   * @param since - in milliseconds of the monotonic clock
   * @param current - what was seen from here on holds now
   */
  adviceSince(since: number, current: number): readonly (readonly [Origin, Advice])[] {
    return [...this.#seen.values()]
      .filter(({ lastAt }) => lastAt >= since)
      .map(seen => [
        seen.origin,
        {
          what: `shorten the transaction that holds a lock: ${seen.last.holder}`,
          why: seen.lastAt >= current ? nowText(seen) : pastText(seen, current),
        },
      ])
  }
}

function nowText({ last, looks, mostSessions, longestMs }: Seen): string {
  const { sessions, statements } = last
  const earlier =
    looks === 1
      ? ''
      : `; seen in ${looks} looks so far, with up to ${counted(mostSessions, 'session')} and up to ${duration(longestMs)}`
  return `${counted(sessions, 'session waits', 'sessions wait')} for it now, the longest for ${duration(last.longestMs)} (${statements.join(', ')}); ${stateOf(last, 'has')}${earlier}`
}

function pastText({ last, lastAt, looks, mostSessions, longestMs }: Seen, now: number): string {
  const often = looks === 1 ? 'once' : `in ${looks} looks`
  return `seen ${often} while statements were slow, the last time ${duration(now - lastAt)} ago: up to ${counted(mostSessions, 'session')} waited for it, the longest for ${duration(longestMs)} (${last.statements.join(', ')}); by then ${stateOf(last, 'had')}`
}
