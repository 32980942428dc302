import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'

/** Two nodes, and half of the slots on each. */
export interface RedisCluster extends AsyncDisposable {
  readonly servers: readonly [Server, Server]
  /** A connection to each. */
  readonly admins: readonly [Redis, Redis]
}

export async function startCluster(): Promise<RedisCluster> {
  const start = (): Promise<Server> =>
    startRedis({ from: ['path', 'debian-packages'], args: ['--cluster-enabled', 'yes'] })
  const servers = [await start(), await start()] as const
  const admins = [new Redis(servers[0].url), new Redis(servers[1].url)] as const
  for (const [at, slots] of [
    ['0', '8191'],
    ['8192', '16383'],
  ].entries())
    await admins[at]!.call('CLUSTER', 'ADDSLOTSRANGE', ...slots)
  await admins[0].call('CLUSTER', 'MEET', servers[1].host, String(servers[1].port))
  for (const admin of admins) while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await sleep(50)
  return {
    servers,
    admins,
    async [Symbol.asyncDispose]() {
      for (const admin of admins) admin.disconnect()
      for (const server of servers) await server.stop()
    },
  }
}
