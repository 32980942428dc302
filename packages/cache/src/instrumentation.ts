import type { SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation, disposeTogether } from '@homeostat/signals'
import { CacheLimits } from './limits/cache-limits.ts'
import { observeEntries } from './signals/entry-levels.ts'
import { LruCaches, type SeenLruCache } from './signals/lru-caches.ts'
import { countLruLookups } from './signals/lru-lookups.ts'
import { RegisteredCaches, type MeasuredCache, type RegisteredCache } from './signals/registered-caches.ts'
import { VERSION } from './version.ts'

export interface CacheInstrumentationConfig extends SignalInstrumentationConfig {
  /**
   * The name of an lru-cache, asked once when it is seen first; `undefined` for the default name. Caches of one name add
   * up. Use few names: each is a set of series.
   */
  names?: (cache: object) => string | undefined
  /** The name of lru-caches that have no other. @default 'memory' */
  defaultName?: string
  /**
   * Whether an lru-cache may be made smaller than it is, asked once when it is seen first: true says that everything in it can be
   * loaded again. @default none
   */
  resizable?: (cache: object) => boolean
  /**
   * Whether `cache.fetch()` is counted as well. Off by default because it changes one thing: lru-cache passes the promise of
   * each fetch through `tracePromise()`, and with that a rejection nobody handles is no longer reported as unhandled.
   * @default false
   */
  fetches?: boolean
}

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
  /** What the caches that may be resized hold at most. */
  readonly limits: CacheLimits
  readonly #registered: RegisteredCaches
  #lruCaches = new LruCaches()

  constructor(config: CacheInstrumentationConfig = {}) {
    super('@homeostat/cache', VERSION, config)
    this.limits = new CacheLimits(this.registry.faults)
    this.#registered = new RegisteredCaches(this.registry, this.limits)
  }

  /**
   * Measures a cache of any kind, and lets one that tells its limit and how to evict be resized.
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

  /** The lru-caches that were seen and still live. */
  lruCaches(): readonly SeenLruCache[] {
    return this.#lruCaches.living()
  }

  protected activate(): Disposable {
    const { names, defaultName = 'memory', fetches = false, resizable } = this.config
    const { registry } = this
    const lruCaches = (this.#lruCaches = new LruCaches((cache, name) => {
      if (registry.faults.contain('signal', () => resizable?.(cache)) === true) this.limits.addLru(cache, name)
    }))
    const nameOf = (cache: object): string => registry.faults.contain('signal', () => names?.(cache)) ?? defaultName
    this.#registered.isCounting = true
    return disposeTogether(
      countLruLookups(registry, lruCaches, { nameOf, fetches }),
      this.limits.open(lruCaches),
      observeEntries(registry, () => [...lruCaches.living(), ...this.#registered.all()]),
      {
        [Symbol.dispose]: () => {
          this.#registered.isCounting = false
          this.#lruCaches = new LruCaches()
        },
      },
    )
  }
}
