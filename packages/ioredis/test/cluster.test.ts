import { Cluster as Cluster6 } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis-5'
import { afterAll, expect, test } from 'vitest'
import { IORedisInstrumentation } from '../src/index.ts'
import { startCluster } from './cluster-servers.ts'
import { countsOf } from './counts.ts'

const servers = await startCluster()
afterAll(() => Promise.all(servers.map(server => server.stop())))

test.each([
  { major: 'ioredis 5', Cluster: Cluster5 as unknown as typeof Cluster6 },
  { major: 'ioredis 6', Cluster: Cluster6 },
])(
  '$major: a lookup through a Cluster counts once, also when it was sent to the wrong node first',
  async ({ Cluster }) => {
    const instrumentation = new IORedisInstrumentation()
    instrumentation.enable()
    const cluster = new Cluster([{ host: servers[0].host, port: servers[0].port }])
    const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`)
    for (const [i, key] of keys.entries()) if (i % 2) await cluster.set(key, '1')
    const before = countsOf(instrumentation)
    // As after a resharding that the client has not heard of: every slot is believed to be at the first node.
    const slots = (cluster as unknown as { slots: string[][] }).slots
    for (const slot of slots.keys()) slots[slot] = [`${servers[0].host}:${servers[0].port}`]
    await Promise.all(keys.map(key => cluster.get(key)))
    cluster.disconnect()
    instrumentation.disable()
    const { hit, miss } = countsOf(instrumentation)
    expect({ hit: hit - before.hit, miss: miss - before.miss }).toEqual({ hit: 10, miss: 10 })
  },
)
