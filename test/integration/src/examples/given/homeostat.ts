import { homeostat, type Homeostat } from 'homeostat'
import type { CacheLoader } from '@homeostat/ioredis/domain'
import { redis } from './servers.ts'
import { bestSellers, findProduct } from './shop.ts'

export const products: CacheLoader = {
  name: 'products',
  client: redis,
  keys: async () => (await bestSellers(500)).map(id => `product:${id}`),
  load: async key => JSON.stringify(await findProduct(key)),
  ttlSeconds: 300,
}

export const h: Homeostat = homeostat()

export const app: { get(path: string, answer: () => unknown): void } = { get: (_path, answer) => void answer() }
