import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'

export interface Session {
  readonly id: string
  /** The front page as this visitor sees it, rendered once. */
  readonly frontPage: string
}

/** More than the heap of a small container has room for; nobody did the sum. */
const MAX_SESSIONS = 2400

/** Visitors of the last minutes, in memory. Usually without `ttlAutopurge`: an expired session then stays until it is asked for. */
export class SessionCache {
  readonly #sessions: LRUCache<string, Session>

  /** @param isPurged - whether expired sessions are removed by a timer each */
  constructor(ttlMs: number, isPurged: boolean) {
    this.#sessions = new LRUCache({ max: MAX_SESSIONS, ttl: ttlMs, ttlAutopurge: isPurged })
  }

  /** The visitor's session, or a new one when there is none or it has expired. */
  visit(id: string | undefined): Session {
    const known = id === undefined ? undefined : this.#sessions.get(id)
    if (known) return known
    const session: Session = { id: randomUUID(), frontPage: renderFrontPage() }
    this.#sessions.set(session.id, session)
    return session
  }
}

/** About 155 KB. */
function renderFrontPage(): string {
  const offers = Array.from({ length: 1430 }, () => {
    const id = 1 + Math.floor(Math.random() * 3000)
    return `<li class="offer"><a href="/products/${id}" class="offer-link">Product ${id}</a><span>Delivered tomorrow</span></li>`
  })
  // join() makes one flat string; concatenation would keep its pieces alive.
  return `<!doctype html><title>Shop</title><h1>Picked for you</h1><ul>${offers.join('\n')}</ul>`
}
