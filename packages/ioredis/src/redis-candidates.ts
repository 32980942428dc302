import type { ServerCandidate, ServerEngine, ServerIdentity } from '@homeostat/optimizer/engines'
import { CoordinatorUnavailableError, ServerIdentities } from '@homeostat/optimizer/engines'
import type { CoordinatorClient } from './coordinator/client.ts'
import { ScriptConnection } from './coordinator/script-connection.ts'
import { redisAddress } from './signals/redis-address.ts'
import type { RedisClient } from './signals/reply-handler.ts'

/** The kind of server of the clients. */
export const REDIS: ServerEngine = { name: 'redis', title: 'Redis' }

/** How long a server may take to say which one it is. */
const ASK_MS = 1000

/** Both parts of `INFO` in one answer; the names of sections have to be given one by one before Redis 7. */
const WHO = `return redis.call('INFO', 'server') .. redis.call('INFO', 'replication')`

type ServerClient = RedisClient & CoordinatorClient

/**
 * The application's clients, as servers that could do something for Homeostat. Databases of one server are different
 * places: they share no key. A Cluster appears as its nodes, so that it has to be given by hand.
 */
export class RedisCandidates {
  readonly #identities: ServerIdentities<ServerClient>

  constructor(onError: (error: unknown) => void) {
    this.#identities = new ServerIdentities({ ask: whoIs, onError })
  }

  /** @param clients - those that have had an answer */
  of<T>(clients: readonly RedisClient[], create: (client: CoordinatorClient) => T): readonly ServerCandidate<T>[] {
    const found = clients.filter(isOfServer).map(client => {
      const candidate = { engine: REDIS.name, address: redisAddress(client), create: () => create(client) } as const
      return [client, candidate] as const
    })
    return this.#identities.tellApart(found)
  }
}

/** Whether the client has one server, not a Cluster, and can be duplicated, as every client of ioredis can. */
export function isOfServer<C extends object>(client: C): client is C & ServerClient {
  const { options, duplicate, isCluster } = client as Partial<ServerClient>
  return typeof options === 'object' && options !== null && typeof duplicate === 'function' && !isCluster
}

async function whoIs(client: ServerClient): Promise<ServerIdentity | undefined> {
  const connection = new ScriptConnection({
    client,
    name: `redis ${redisAddress(client)}`,
    keys: 'none',
    timeoutMs: ASK_MS,
    Unavailable: CoordinatorUnavailableError,
  })
  try {
    const info = await connection.run(WHO, [], [])
    const runId = /^run_id:(\w+)/m.exec(String(info))?.[1]
    const isWritable = !/^role:slave/m.test(String(info))
    return runId === undefined ? undefined : { id: `${runId}/${client.options?.db ?? 0}`, isWritable }
  } finally {
    connection.close()
  }
}
