import type { IncomingMessage, RequestOptions } from 'node:http'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Visit, VisitKind } from './visit.ts'

/** What the seeded shop holds. */
export const CATALOGUE = { products: 3000, customers: 50_000, orders: 400_000 } as const

const STATUSES = ['paid', 'shipped', 'delivered', 'returned'] as const
const REQUEST_TIMEOUT_MS = 10_000
const KNOWN_SESSIONS = 50
const INVOICES_AT_ONCE = 5

interface Ask {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object
  readonly session?: string | undefined
}

type Answer = Pick<IncomingMessage, 'statusCode' | 'headers'> & { readonly body: string }

/** Everybody who sends requests to one shop, over HTTP, and what they have waited. */
export class Visitors {
  #url: URL
  readonly #agent = new Agent({ keepAlive: true })
  readonly #sessions: string[] = []
  readonly #underWay = new Set<Promise<void>>()
  /** Visits that were begun, by kind. */
  readonly sent: Partial<Record<VisitKind, number>> = {}
  /** What each answered visit took since it was due, in milliseconds. */
  readonly waits: number[] = []
  requests = 0
  /** Visits that got an error or no answer. */
  failures = 0
  /** Those of them that got none: nobody can tell whether they reached the shop. */
  unanswered = 0
  /** When each order was accepted, in milliseconds since the epoch, by its id. */
  readonly paidAt = new Map<string, number>()

  constructor(url: string) {
    this.#url = new URL(url)
  }

  /** From now on they go there. */
  moveTo(url: string): void {
    this.#url = new URL(url)
  }

  /**
   * Sends a request, and does not wait for its answer.
   *
   * @param dueAt - when it was due, by `performance.now()`: what a busy sender adds counts as waiting
   */
  begin(visit: Visit, dueAt: number): void {
    this.sent[visit.kind] = (this.sent[visit.kind] ?? 0) + 1
    this.requests++
    const work = this.#visit(visit, dueAt).finally(() => this.#underWay.delete(work))
    this.#underWay.add(work)
  }

  /** Waits for what is under way, and closes all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled()
    this.#agent.destroy()
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async #visit(visit: Visit, dueAt: number): Promise<void> {
    const ask = this.#askOf(visit)
    try {
      const { statusCode = 0, headers, body } = await this.#send(ask)
      if (statusCode >= 400) this.failures++
      else if (visit.kind === 'buy') this.paidAt.set((JSON.parse(body) as { orderId: string }).orderId, Date.now())
      const session = headers['x-session']
      if (visit.kind === 'front' && typeof session === 'string' && session !== ask.session) this.#remember(session)
    } catch {
      this.failures++
      this.unanswered++
    } finally {
      this.waits.push(performance.now() - dueAt)
    }
  }

  #askOf({ kind, first, second }: Visit): Ask {
    switch (kind) {
      case 'product': {
        // Nine of ten visits go to the better-selling two thirds of the products.
        const range = second < 0.9 ? (CATALOGUE.products * 2) / 3 : CATALOGUE.products
        return { method: 'GET', path: `/products/${upTo(range, first)}` }
      }
      case 'front': {
        // Comes back with the session it was given.
        const session =
          this.#sessions.length < KNOWN_SESSIONS ? undefined : this.#sessions[upTo(KNOWN_SESSIONS, first) - 1]
        return { method: 'GET', path: '/', session }
      }
      case 'crawl':
        return { method: 'GET', path: '/' }
      case 'sale':
        return { method: 'GET', path: '/sale' }
      case 'buy': {
        const body = { customerId: upTo(CATALOGUE.customers, first), productId: upTo(CATALOGUE.products, second) }
        return { method: 'POST', path: '/orders', body }
      }
      case 'search': {
        const status = STATUSES[upTo(STATUSES.length, second) - 1]!
        return { method: 'GET', path: `/orders?customer=${upTo(CATALOGUE.customers, first)}&status=${status}` }
      }
      case 'bill':
        return { method: 'POST', path: '/invoices', body: { count: INVOICES_AT_ONCE } }
    }
  }

  #remember(session: string): void {
    this.#sessions.unshift(session)
    this.#sessions.length = Math.min(this.#sessions.length, KNOWN_SESSIONS)
  }

  #send({ method, path, body, session }: Ask): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const options: RequestOptions = {
      agent: this.#agent,
      host: this.#url.hostname,
      port: this.#url.port,
      method,
      path,
      headers: { ...(body && { 'content-type': 'application/json' }), ...(session && { 'x-session': session }) },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }
    request(options, response => {
      // An unread body would hold its connection.
      const { statusCode, headers } = response
      text(response).then(its => resolve({ statusCode, headers, body: its }), reject)
    })
      .on('error', reject)
      .end(body && JSON.stringify(body))
    return promise
  }
}

/** A whole number from 1 to `max`, for a uniform number. */
function upTo(max: number, uniform: number): number {
  return 1 + Math.floor(uniform * max)
}
