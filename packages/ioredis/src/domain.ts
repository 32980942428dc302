import type { Domain } from '@homeostat/optimizer'
import type { CacheLoader } from './actions/cache-loader.ts'
import { createCacheWarm } from './actions/cache-warm.ts'
import { createRedisCoordinator } from './coordinator/redis-coordinator.ts'
import type { IORedisInstrumentationConfig } from './instrumentation.ts'
import { IORedisInstrumentation } from './instrumentation.ts'
import { responses } from './responses.ts'
import { rules } from './rules.ts'
import { RedisCandidates } from './redis-candidates.ts'
import { createRedisStateStore } from './state/redis-state-store.ts'

export type { CacheClient, CacheLoader } from './actions/cache-loader.ts'
export type { CoordinatorClient } from './coordinator/client.ts'
export {
  createRedisCoordinator,
  type RedisCoordinator,
  type RedisCoordinatorOptions,
  type RedisEffect,
} from './coordinator/redis-coordinator.ts'
export { createRedisStateStore, type RedisStateStoreOptions } from './state/redis-state-store.ts'

export interface IORedisOptions extends IORedisInstrumentationConfig {
  /** Loaders to begin with; {@link IORedisDomain.register} adds more. @default none */
  loaders?: readonly CacheLoader[]
  /** The hit ratio below which `CacheHitRatioLow` fires. @default 0.7 */
  minHitRatio?: number
  /** The lookups of a minute below which a hit ratio says nothing. @default 50 */
  minLookups?: number
}

/** Redis as seen from this process: its hit ratio, and warming when it falls. */
export interface IORedisDomain extends Domain<IORedisInstrumentation> {
  /**
   * Adds a loader for `cache.warm`. Dispose what it returns to take it out again.
   *
   * @example
   * ```ts
   * const redis = ioredis()
   * const h = homeostat({ domains: [redis] })
   * const loader = redis.register({ name: 'products', client, keys: bestSellers, load: findProduct, ttlSeconds: 300 })
   * ```
   */
  register(loader: CacheLoader): Disposable
}

/**
 * Everything this package brings, for `homeostat()`, which makes one by itself of the options it is given. Make one
 * yourself to register loaders later: it takes the place of the built-in one.
 *
 * @example
 * ```ts
 * const h = homeostat({ ioredis: { minHitRatio: 0.8, loaders: [products] } })
 *
 * // or, to register loaders later:
 * const redis = ioredis({ minHitRatio: 0.8 })
 * const h = homeostat({ domains: [redis] })
 * redis.register(products)
 * ```
 */
export function ioredis(options: IORedisOptions = {}): IORedisDomain {
  const { loaders = [], minHitRatio = 0.7, minLookups = 50, ...config } = options
  const registered = new Set(loaders)
  const instrumentation = new IORedisInstrumentation(config)
  const candidates = new RedisCandidates(error => instrumentation.registry.faults.report('source', error))
  return {
    name: 'ioredis',
    instrumentation,
    rules: rules({ minHitRatio, minLookups }),
    responses,
    actions: [createCacheWarm({ loaders: registered, defaultCache: config.defaultName ?? 'redis' })],
    knobs: [],
    reclaimers: [],
    coordinators: service =>
      candidates.of(instrumentation.clients, client => createRedisCoordinator({ client, service })),
    stateStores: service =>
      candidates.of(instrumentation.clients, client => createRedisStateStore({ client, service })),
    register(loader) {
      registered.add(loader)
      return { [Symbol.dispose]: () => void registered.delete(loader) }
    },
  }
}
