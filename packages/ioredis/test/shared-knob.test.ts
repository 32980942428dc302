import { randomUUID } from 'node:crypto'
import { describeKnob } from '@homeostat/conformance'
import { startRedis } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { createRedisCoordinator, type RedisCoordinator } from '../src/domain.ts'

const redis = await startRedis()
const client = new Redis(redis.url)
let key: string
let coordinator: RedisCoordinator

afterAll(async () => {
  client.disconnect()
  await redis.stop()
})

const COMPARE_AND_SET = `
if tonumber(redis.call('GET', KEYS[1])) ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`

describeKnob('a value in Redis, set under a lease in Redis', {
  async prepare() {
    const service = randomUUID()
    key = `app:${service}`
    coordinator = createRedisCoordinator({ client, service })
    await client.set(key, 8)
  },
  create: () => ({
    name: 'queue.rate',
    scope: 'shared',
    bounds: { min: 1, max: 50, step: 10, grain: 1 },
    read: async () => Number(await client.get(key)),
    async compareAndSet(expected, next, lease) {
      const effect = { script: COMPARE_AND_SET, keys: [key], args: [expected, next] }
      const set = lease
        ? await coordinator.effect(lease, effect)
        : await client.eval(COMPARE_AND_SET, 1, key, expected, next)
      return set === 1
    },
  }),
  value: async () => Number(await client.get(key)),
  setByHand: async value => void (await client.set(key, value)),
  coordinator: () => coordinator,
  close: async () => coordinator[Symbol.asyncDispose](),
})
