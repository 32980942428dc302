import type { RedisClient } from './reply-handler.ts'

/** More say nothing new about which servers are in use. */
const MAX_CLIENTS = 32

/** Remembers the clients that were met last, weakly. */
export class RecentClients {
  readonly #clients: WeakRef<RedisClient>[] = []

  add(client: RedisClient): void {
    if (this.#clients.some(known => known.deref() === client)) return
    this.#clients.push(new WeakRef(client))
    if (this.#clients.length > MAX_CLIENTS) this.#clients.shift()
  }

  /** Those that are still there and were not closed. */
  all(): readonly RedisClient[] {
    return this.#clients.flatMap(known => {
      const client = known.deref()
      return client === undefined || client.status === 'end' ? [] : [client]
    })
  }
}
