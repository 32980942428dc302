import { Redis } from 'ioredis'
import { Availability, addressOf } from './availability.ts'

export interface RedisServer extends Disposable {
  readonly client: Redis
  readonly availability: Availability
}

/** Connects in the background and for ever again: a shop without Redis is slower, not closed. */
export function openRedis(url: string, say: (line: string) => void): RedisServer {
  const availability = new Availability(`Redis at ${addressOf(url, 6379)}`, say)
  const client = new Redis(url, {
    // A lookup that has to wait is worse than none.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 500,
    connectTimeout: 3000,
    retryStrategy: attempt => Math.min(attempt * 100, 2000),
  })
  client.on('error', availability.lost)
  client.on('ready', availability.back)
  return { client, availability, [Symbol.dispose]: () => client.disconnect() }
}
