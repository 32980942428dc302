import type { RedisClient } from './reply-handler.ts'

/** Clients that are remembered: more clients of one server do not show more servers. */
const MAX_CLIENTS = 32

/** Remembers the clients that were met last, weakly, and at least one of each server while there is room for all servers. */
export class RecentClients {
  readonly #addressOf: (client: RedisClient) => string
  #clients: WeakRef<RedisClient>[] = []

  /** @param addressOf - equal for clients of one server */
  constructor(addressOf: (client: RedisClient) => string) {
    this.#addressOf = addressOf
  }

  add(client: RedisClient): void {
    const known = this.all()
    if (known.includes(client)) return
    const all = [...known, client]
    if (all.length > MAX_CLIENTS) all.splice(this.#dispensable(all), 1)
    this.#clients = all.map(each => new WeakRef(each))
  }

  /** Those that are still there and were not closed. */
  all(): readonly RedisClient[] {
    return this.#clients.flatMap(known => {
      const client = known.deref()
      return client === undefined || client.status === 'end' ? [] : [client]
    })
  }

  /** The oldest one whose server has another; without one of a server, two servers would be taken for one. */
  #dispensable(clients: readonly RedisClient[]): number {
    const addresses = clients.map(client => this.#addressOf(client))
    return Math.max(
      0,
      addresses.findIndex((address, index) => addresses.indexOf(address, index + 1) !== -1),
    )
  }
}
