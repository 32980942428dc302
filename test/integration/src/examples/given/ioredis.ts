import type { CacheLoader } from '@homeostat/ioredis/domain'
import { redis } from './servers.ts'
import { bestSellers, findProduct } from './shop.ts'

export { redis as client } from './servers.ts'

export const forecasts: object = {}

export const products: CacheLoader = {
  name: 'products',
  client: redis,
  keys: async () => (await bestSellers(500)).map(id => `product:${id}`),
  load: async key => JSON.stringify(await findProduct(key)),
  ttlSeconds: 300,
}
