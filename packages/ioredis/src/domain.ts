import type { DomainDefinition, DomainWith } from '@homeostat/optimizer'
import type { LibraryMarks } from '@homeostat/signals'
import { unseenInBundle } from '@homeostat/signals'
import { checkedOptions, readWhole, warnOfOptions } from '@homeostat/signals/options'
import type { CacheLoader } from './actions/cache-loader.ts'
import { createCacheWarm } from './actions/cache-warm.ts'
import { createRedisCoordinator } from './coordinator/redis-coordinator.ts'
import { IORedisInstrumentation } from './instrumentation.ts'
import type { IORedisOptions } from './options.ts'
import { cacheLoader, ioredisOptions, RULE_DEFAULTS } from './options.ts'
import { responses } from './responses.ts'
import { rules } from './rules.ts'
import { REDIS, RedisCandidates } from './redis-candidates.ts'
import { createRedisStateStore } from './state/redis-state-store.ts'

export { cacheLoader, ioredisOptions, type IORedisOptions } from './options.ts'
export type { CacheClient, CacheLoader } from './actions/cache-loader.ts'
export type { CoordinatorClient } from './coordinator/client.ts'
export {
  createRedisCoordinator,
  type RedisCoordinator,
  type RedisCoordinatorOptions,
  type RedisEffect,
} from './coordinator/redis-coordinator.ts'
export { createRedisStateStore, type RedisStateStoreOptions } from './state/redis-state-store.ts'

/** Redis as seen from this process: its hit ratio, and warming when it falls. */
export interface IORedisDomain extends DomainWith<
  IORedisInstrumentation,
  'rules' | 'responses' | 'actions' | 'observes' | 'coordinators' | 'stateStores'
> {
  /**
   * Adds a loader for `cache.warm`. Dispose what it returns to take it out again. A loader that is not valid is reported in a
   * warning and not added.
   *
   * @example
   * ```ts
   * const domain = ioredis()
   * const h = homeostat({ domains: [domain] })
   * const loader = domain.register({
   *   name: 'products',
   *   client: redis,
   *   keys: async () => (await bestSellers(500)).map(id => `product:${id}`),
   *   load: async key => JSON.stringify(await findProduct(key.slice('product:'.length))),
   *   ttlSeconds: 300,
   * })
   * ```
   */
  register(loader: CacheLoader): Disposable
}

const MARKS: LibraryMarks = {
  library: 'ioredis',
  handOver: '{ redis }',
  marks: [
    ['Redis is already', 'connecting/connected'],
    ['Connection in subscriber mode,', 'only subscriber commands may be used'],
  ],
}

/**
 * Everything that this package provides, for `homeostat()`, which creates it from its options. To register loaders later,
 * create the domain yourself: it replaces the built-in one.
 *
 * @example
 * ```ts
 * const h = homeostat({ ioredis: { minHitRatio: 0.8, loaders: [products] } })
 * ```
 *
 * To register loaders later:
 *
 * ```ts
 * const domain = ioredis({ minHitRatio: 0.8 })
 * const h = homeostat({ domains: [domain] })
 * domain.register(products)
 * ```
 */
export function ioredis(options: IORedisOptions = {}): IORedisDomain {
  const checked = { ...RULE_DEFAULTS, ...checkedOptions(ioredisOptions, options, 'ioredis') }
  const { loaders = [], minHitRatio, minLookups, ...config } = checked
  const registered = new Set(loaders)
  const instrumentation = new IORedisInstrumentation(config)
  const candidates = new RedisCandidates(error => instrumentation.registry.faults.report('source', error))
  return {
    name: 'ioredis',
    instrumentation,
    unseen: () => (instrumentation.wasGivenClients ? [] : unseenInBundle(MARKS)),
    observes: {
      redis: { expects: 'a Redis or a Cluster of ioredis', observe: client => instrumentation.observe(client) },
      // BullMQ's own reads are no lookups of the cache.
      queues: { observe: queue => instrumentation.ignoreQueue(queue) },
    },
    rules: rules({ minHitRatio, minLookups }),
    responses,
    actions: [
      createCacheWarm({
        loaders: registered,
        defaultCache: config.defaultName ?? 'redis',
        onDivided: divisions => instrumentation.divide(divisions),
      }),
    ],
    engine: REDIS,
    coordinators: service =>
      candidates.of(instrumentation.clients, client => createRedisCoordinator({ client, service })),
    stateStores: service =>
      candidates.of(instrumentation.clients, client => createRedisStateStore({ client, service })),
    register(loader) {
      const { value, problems } = readWhole(cacheLoader, loader, { path: 'loader' })
      warnOfOptions(problems)
      if (value === undefined) return { [Symbol.dispose]: () => undefined }
      registered.add(value)
      return { [Symbol.dispose]: () => void registered.delete(value) }
    },
  }
}

/** The option `ioredis` of `homeostat()`: hit rates of Redis, and `cache.warm`. */
export const definition: DomainDefinition<IORedisOptions> = {
  options: ioredisOptions,
  engine: REDIS,
  place: 20,
  create: ioredis,
}
