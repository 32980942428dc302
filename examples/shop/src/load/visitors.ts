/** What the seeded shop holds. */
export const CATALOGUE = { products: 3000, customers: 50_000, orders: 800_000 } as const

const STATUSES = ['paid', 'shipped', 'delivered', 'returned'] as const
const REQUEST_TIMEOUT_MS = 10_000

/** Everybody who sends requests to the shop, over HTTP. */
export class Visitors {
  readonly #url: string
  readonly #sessions: string[] = []
  requests = 0
  failures = 0

  constructor(url: string) {
    this.#url = url
  }

  /** Nine of ten visits go to the better-selling two thirds of the products. */
  viewProduct(): Promise<unknown> {
    const range = Math.random() < 0.9 ? (CATALOGUE.products * 2) / 3 : CATALOGUE.products
    return this.#send(`/products/${upTo(range)}`)
  }

  /** Comes back with the session it was given. */
  async viewFrontPage(): Promise<void> {
    const known = this.#sessions.length < 50 ? undefined : this.#sessions[upTo(50) - 1]
    const response = await this.#send('/', { headers: known ? { 'x-session': known } : {} })
    const session = response.headers.get('x-session')
    if (session && session !== known) this.#sessions.unshift(session)
    this.#sessions.length = Math.min(this.#sessions.length, 50)
  }

  /** Keeps no session, as crawlers do: each visit begins a new one. */
  crawl(): Promise<unknown> {
    return this.#send('/')
  }

  buy(): Promise<unknown> {
    const body = JSON.stringify({ customerId: upTo(CATALOGUE.customers), productId: upTo(CATALOGUE.products) })
    return this.#send('/orders', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  }

  searchOrders(): Promise<unknown> {
    const status = STATUSES[upTo(STATUSES.length) - 1]!
    return this.#send(`/orders?customer=${upTo(CATALOGUE.customers)}&status=${status}`)
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    this.requests++
    try {
      const response = await fetch(this.#url + path, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
      // Unread bodies would hold their connections.
      await response.arrayBuffer()
      if (!response.ok) this.failures++
      return response
    } catch (error) {
      this.failures++
      throw error
    }
  }
}

/** A whole number from 1 to `max`. */
function upTo(max: number): number {
  return 1 + Math.floor(Math.random() * max)
}
