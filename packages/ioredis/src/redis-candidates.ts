import type { ServerCandidate } from '@homeostat/optimizer'
import type { CoordinatorClient } from './coordinator/client.ts'
import type { RedisClient } from './signals/reply-handler.ts'

/**
 * The application's clients, as servers that could do something for Homeostat. Databases of one server are different
 * places: they share no key. A Cluster is seen as its nodes, so that it has to be given by hand.
 */
export function redisCandidates<T>(
  clients: readonly RedisClient[],
  create: (client: CoordinatorClient) => T,
): readonly ServerCandidate<T>[] {
  return clients
    .filter(isOfServer)
    .map(client => ({ engine: 'redis', address: redisAddress(client), create: () => create(client) }))
}

/** Where a client's database is, for people and to tell servers apart. */
export function redisAddress({ options: { path, host, port, db, sentinels, name } }: RedisClient): string {
  const server = sentinels ? `sentinel:${name}` : (path ?? `${host}:${port}`)
  return `${server}/${db ?? 0}`
}

/** Whether the client, as any of ioredis, can be duplicated, and is no Cluster. */
export function isOfServer<C extends object>(client: C): client is C & RedisClient & CoordinatorClient {
  const { options, duplicate, isCluster } = client as Partial<RedisClient & CoordinatorClient>
  return options !== undefined && typeof duplicate === 'function' && !isCluster
}
