import { CacheInstrumentation } from '@homeostat/cache'
import { LRUCache } from 'lru-cache'
import type { Product } from './shop.ts'

export const products: LRUCache<string, Product> = new LRUCache({ max: 10_000, ttl: 60_000 })

export const instrumentation: CacheInstrumentation = new CacheInstrumentation()
instrumentation.enable()
