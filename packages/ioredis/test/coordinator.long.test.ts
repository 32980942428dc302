import { randomUUID } from 'node:crypto'
import { describeCoordinator } from '@homeostat/conformance'
import { startRedis } from '@homeostat/services'
import { afterAll } from 'vitest'
import { createRedisCoordinator } from '../src/domain.ts'
import { majors } from './clients.ts'

const redis = await startRedis()

for (const { major, Redis } of majors) {
  const client = new Redis(redis.url, { keyPrefix: 'app:' })
  const nowhere = new Redis({ host: '127.0.0.1', port: 1, lazyConnect: true })
  // The service of each coordinator differs, the counter is the same.
  const counter = `homeostat:{counter}:${randomUUID()}`
  afterAll(() => {
    client.disconnect()
    nowhere.disconnect()
  })

  describeCoordinator(`Redis through ${major}`, {
    create: service => createRedisCoordinator({ client, service }),
    unreachable: service => createRedisCoordinator({ client: nowhere, service, timeoutMs: 300 }),
    effect: (coordinator, lease, once) =>
      coordinator.effect(lease, {
        script: `return redis.call('INCRBY', KEYS[1], ARGV[1])`,
        keys: [counter],
        args: [1],
        once,
      }),
    async count() {
      const plain = client.duplicate({ keyPrefix: '' })
      const count = Number(await plain.get(counter))
      plain.disconnect()
      return count
    },
  })
}

afterAll(() => redis.stop())
