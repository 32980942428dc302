import { describeCoordinator } from '@homeostat/conformance'
import { Cluster } from 'ioredis'
import { afterAll } from 'vitest'
import { createRedisCoordinator } from '../src/domain.ts'
import { startCluster } from './cluster-servers.ts'

const servers = await startCluster()
const [{ host, port }] = servers
const cluster = new Cluster([{ host, port }])
const nowhere = new Cluster([{ host, port: 1 }], { lazyConnect: true })
const services = new Set<string>()
const counterOf = (service: string): string => `homeostat:{${service}}:test-effects`
const serviceOf = new WeakMap<object, string>()

afterAll(async () => {
  cluster.disconnect()
  nowhere.disconnect()
  for (const server of servers) await server.stop()
})

describeCoordinator('Redis Cluster', {
  create(service) {
    const coordinator = createRedisCoordinator({ client: cluster, service })
    services.add(service)
    serviceOf.set(coordinator, service)
    return coordinator
  },
  unreachable: service => createRedisCoordinator({ client: nowhere, service, timeoutMs: 300 }),
  effect: (coordinator, lease, once) =>
    // On the lease's node, as its hash tag says.
    coordinator.effect(lease, {
      script: `return redis.call('INCR', KEYS[1])`,
      keys: [counterOf(serviceOf.get(coordinator)!)],
      once,
    }),
  async count() {
    const counts = await Promise.all([...services].map(service => cluster.get(counterOf(service))))
    return counts.reduce((sum, count) => sum + Number(count), 0)
  },
})
