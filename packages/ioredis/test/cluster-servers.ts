import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'
import { expect, vi } from 'vitest'

/** A Cluster of two nodes with half of the slots each; the server of REDIS_URL is not a cluster. */
export async function startCluster(): Promise<readonly [Server, Server]> {
  const start = (): Promise<Server> =>
    startRedis({ from: ['path', 'debian-packages'], args: ['--cluster-enabled', 'yes'] })
  const servers = [await start(), await start()] as const
  const clients = servers.map(({ url }) => new Redis(url))
  const [first, second] = clients as [Redis, Redis]
  await first.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191')
  await second.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383')
  await first.call('CLUSTER', 'MEET', servers[1].host, String(servers[1].port))
  for (const client of clients) {
    await vi.waitFor(async () => expect(await client.cluster('INFO')).toContain('cluster_state:ok'), {
      timeout: 30_000,
    })
  }
  for (const client of clients) client.disconnect()
  return servers
}
