import type { SessionChange } from '../routing/session-statements.ts'

/** The session of one client of the primary. */
export interface PooledSession {
  /** Whether the application has the client, and not `pool.query()`. */
  isLent: boolean
  /** Whether a transaction is open. */
  isOpen: boolean
  /** Settings that `pool.query()` has made. */
  readonly settings: Set<string>
}

/**
 * Sessions in which `pool.query()` has begun a transaction or made a setting. The next `pool.query()` may run in such a one, and always does in
 * a pool of one connection.
 */
export class ChangedSessions {
  readonly #changed = new Set<PooledSession>()
  /** What has to end before it is known how the sessions are. */
  #pending = 0

  /** Whether there is one, or may be. */
  get some(): boolean {
    return this.#pending > 0 || this.#changed.size > 0
  }

  /** Something runs that may change one. @returns to be called when it has ended */
  pending(): () => void {
    this.#pending++
    let isOver = false
    return () => {
      if (!isOver) this.#pending--
      isOver = true
    }
  }

  /** A session has changed, or was lent. */
  compare(session: PooledSession): void {
    if ((session.isOpen && !session.isLent) || session.settings.size > 0) this.#changed.add(session)
    else this.#changed.delete(session)
  }
}

/** Settings of a session after a text. */
export function applyChange({ sets, resets }: SessionChange, settings: Set<string>): void {
  for (const name of sets) settings.add(name)
  for (const name of resets)
    if (name === 'everything') settings.clear()
    else if (name !== 'all') settings.delete(name)
    // It keeps who the session is.
    else for (const each of settings) if (each !== 'role' && each !== 'session_authorization') settings.delete(each)
}
