import { describeStateStore } from '@homeostat/conformance'
import { Cluster } from 'ioredis'
import { afterAll } from 'vitest'
import { createRedisStateStore } from '../../src/domain.ts'
import { startCluster } from '../cluster-servers.ts'

const servers = await startCluster()
const [{ host, port, url }] = servers
const cluster = new Cluster([{ host, port }])
const nowhere = new Cluster([{ host, port: 1 }], { lazyConnect: true })

afterAll(async () => {
  cluster.disconnect()
  nowhere.disconnect()
  for (const server of servers) await server.stop()
})

describeStateStore('Redis Cluster', {
  create: service => createRedisStateStore({ client: cluster, service }),
  unreachable: service => createRedisStateStore({ client: nowhere, service, timeoutMs: 300 }),
  program: [new URL('../fixtures/idle-state-store.ts', import.meta.url).pathname, 'cluster', url],
  plant: async (service, key, text) => void (await cluster.set(`homeostat:{${service}}:state:${key}`, text)),
})
