import { HandedObjects, SignalInstrumentation, disposeTogether } from '@homeostat/signals'
import type { CacheInstrumentationConfig } from './instrumentation-options.ts'
import { DEFAULTS, instrumentationOptions } from './instrumentation-options.ts'
import { CacheLimits } from './limits/cache-limits.ts'
import { observeEntries } from './signals/entry-levels.ts'
import { countHandedCaches, isHandedCache, type HandedCache } from './signals/handed-caches.ts'
import { LruCaches, type SeenLruCache } from './signals/lru-caches.ts'
import { countLruLookups } from './signals/lru-lookups.ts'
import { RegisteredCaches, type MeasuredCache, type RegisteredCache } from './signals/registered-caches.ts'
import { VERSION } from './version.ts'

export type { CacheInstrumentationConfig } from './instrumentation-options.ts'

/**
 * Lookups and entries of in-process caches: every `lru-cache` (11.3 or later) of the process without a change of code, and
 * any other cache through {@link register}.
 *
 * @example
 * ```ts
 * const products = new LRUCache<string, Product>({ max: 10_000, ttl: 60_000 })
 * registerInstrumentations({
 *   instrumentations: [new CacheInstrumentation({ names: cache => (cache === products ? 'products' : undefined) })],
 * })
 * ```
 */
export class CacheInstrumentation extends SignalInstrumentation<CacheInstrumentationConfig> {
  /** The limits of the caches that may be resized. */
  readonly limits: CacheLimits
  readonly #registered: RegisteredCaches
  readonly #handed = new HandedObjects<HandedCache>(error => this.registry.faults.report('signal', error))
  #lruCaches = new LruCaches()

  constructor(config: CacheInstrumentationConfig = {}) {
    super('@homeostat/cache', VERSION, config, { schema: instrumentationOptions, path: 'cache' })
    this.limits = new CacheLimits(this.registry.faults)
    this.#registered = new RegisteredCaches(this.registry, this.limits)
  }

  /**
   * Measures a cache of any kind. One with a limit and a way to evict can also be resized.
   *
   * @example
   * ```ts
   * const sessions = new Map<string, Session>()
   * const lookups = instrumentation.register('sessions', { size: () => sessions.size })
   * const session = sessions.get(id)
   * session ? lookups.hit() : lookups.miss()
   * ```
   */
  register(name: string, cache: MeasuredCache): RegisteredCache {
    return this.#registered.add(name, cache)
  }

  /**
   * Measures a cache that publishes no lookups: an lru-cache before 11.3, or anything that has `get`, `set`, `has` and `size` as a
   * `Map` has them. A value is a hit and `undefined` a miss. The lookups of a cache that publishes them after all count once. The
   * cache is not kept alive.
   *
   * @returns false for anything else, which is left alone
   */
  observe(cache: object): boolean {
    if (!isHandedCache(cache)) return false
    this.#handed.add(cache)
    return true
  }

  /** The lru-caches that were observed and still live. */
  lruCaches(): readonly SeenLruCache[] {
    return this.#lruCaches.living()
  }

  protected activate(): Disposable {
    const { names, defaultName, fetches, resizable } = { ...DEFAULTS, ...this.config }
    const { registry } = this
    const lruCaches = (this.#lruCaches = new LruCaches((cache, name) => {
      if (registry.faults.contain('signal', () => resizable?.(cache)) === true) this.limits.addLru(cache, name)
    }))
    const nameOf = (cache: object): string => {
      const name: unknown = registry.faults.contain('signal', () => names?.(cache))
      return typeof name === 'string' ? name : defaultName
    }
    this.#registered.isCounting = true
    const lookups = countLruLookups(registry, lruCaches, { nameOf, defaultName, fetches })
    const handed = countHandedCaches(this.#handed, { registry, nameOf, lookups })
    return disposeTogether(
      lookups,
      handed,
      this.limits.open(lruCaches),
      observeEntries(registry, () => [...lruCaches.living(), ...this.#registered.all(), ...handed.living()]),
      {
        [Symbol.dispose]: () => {
          this.#registered.isCounting = false
          this.#lruCaches = new LruCaches()
        },
      },
    )
  }
}
