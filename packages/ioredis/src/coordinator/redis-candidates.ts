import type { CoordinatorCandidate } from '@homeostat/optimizer'
import type { RedisClient } from '../signals/reply-handler.ts'
import { CONNECTION_NAME, type CoordinatorClient } from './client.ts'
import { createRedisCoordinator } from './redis-coordinator.ts'

/**
 * The application's clients, as places to coordinate at. Databases of one server are different places: they share no key.
 * A Cluster is seen as its nodes, so that it has to be given by hand.
 */
export function redisCandidates(clients: readonly RedisClient[], service: string): readonly CoordinatorCandidate[] {
  return clients
    .filter(({ options }) => options.connectionName !== CONNECTION_NAME)
    .map(client => ({
      engine: 'redis',
      address: addressOf(client),
      create: () => createRedisCoordinator({ client: client as unknown as CoordinatorClient, service }),
    }))
}

function addressOf({ options: { path, host, port, db, sentinels, name } }: RedisClient): string {
  const server = sentinels ? `sentinel:${name}` : (path ?? `${host}:${port}`)
  return `${server}/${db ?? 0}`
}
