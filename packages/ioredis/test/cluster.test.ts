import { startRedis, type Redis as Server } from '@homeostat/services'
import { Cluster as Cluster6, Redis } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis-5'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { IORedisInstrumentation } from '../src/index.ts'
import { countsOf } from './counts.ts'

// Two nodes with half of the slots each; a server of REDIS_URL is no cluster.
const servers: Server[] = []
beforeAll(async () => {
  for (let i = 0; i < 2; i++)
    servers.push(await startRedis({ from: ['path', 'debian-packages'], args: ['--cluster-enabled', 'yes'] }))
  const clients = servers.map(({ url }) => new Redis(url))
  const [first, second] = clients as [Redis, Redis]
  await first.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191')
  await second.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383')
  await first.call('CLUSTER', 'MEET', servers[1]!.host, String(servers[1]!.port))
  for (const client of clients) {
    await vi.waitFor(async () => expect(await client.cluster('INFO')).toContain('cluster_state:ok'), {
      timeout: 30_000,
    })
  }
  for (const client of clients) client.disconnect()
})
afterAll(() => Promise.all(servers.map(server => server.stop())))

test.each([
  { major: 'ioredis 5', Cluster: Cluster5 as unknown as typeof Cluster6 },
  { major: 'ioredis 6', Cluster: Cluster6 },
])(
  '$major: a lookup through a Cluster counts once, also when it was sent to the wrong node first',
  async ({ Cluster }) => {
    const instrumentation = new IORedisInstrumentation()
    instrumentation.enable()
    const cluster = new Cluster([{ host: servers[0]!.host, port: servers[0]!.port }])
    const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`)
    for (const [i, key] of keys.entries()) if (i % 2) await cluster.set(key, '1')
    const before = countsOf(instrumentation)
    // As after a resharding that the client has not heard of: every slot is believed to be at the first node.
    const slots = (cluster as unknown as { slots: string[][] }).slots
    for (const slot of slots.keys()) slots[slot] = [`${servers[0]!.host}:${servers[0]!.port}`]
    await Promise.all(keys.map(key => cluster.get(key)))
    cluster.disconnect()
    instrumentation.disable()
    const { hit, miss } = countsOf(instrumentation)
    expect({ hit: hit - before.hit, miss: miss - before.miss }).toEqual({ hit: 10, miss: 10 })
  },
)
