import { createRequire } from 'node:module'
import { describeAction, describeInstrumentation } from '@homeostat/conformance'
import { metrics } from '@homeostat/semconv'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { createCacheWarm } from '../src/actions/cache-warm.ts'
import { IORedisInstrumentation } from '../src/index.ts'

let server: Server
let redis: Redis
beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url, { keyPrefix: `${crypto.randomUUID()}:` })
  await redis.set('a', '1')
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

const require = createRequire(import.meta.url)
const handlers = ['ioredis', 'ioredis-5'].map(
  library => (require(`${library}/built/DataHandler`) as { default: { prototype: object } }).default.prototype,
)

describeInstrumentation('IORedisInstrumentation', {
  create: () => new IORedisInstrumentation(),
  async exercise() {
    await Promise.all([redis.get('a'), redis.mget('a', 'none'), redis.multi().get('none').exec()])
  },
  metrics: [metrics.cacheRequests],
  patched: () =>
    handlers.flatMap(handler =>
      Object.values(Object.getOwnPropertyDescriptors(handler)).map(({ value }) => value as unknown),
    ),
})

let keys: readonly string[] = []
describeAction('cache.warm', {
  create: () =>
    createCacheWarm({
      loaders: [
        { name: 'products', client: redis, keys: () => keys, load: async key => key, ttlSeconds: 60, perSecond: 1_000 },
      ],
    }),
  prepare() {
    keys = Array.from({ length: 200 }, () => crypto.randomUUID())
  },
  async effect() {
    return redis.exists(...keys)
  },
  counts: 'loaded',
})
