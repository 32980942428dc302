import type { Registry } from '@homeostat/signals'
import type { CacheLimits } from '../limits/cache-limits.ts'
import type { Shrinkable } from '../limits/shrinkable.ts'
import { cacheSeries } from './cache-series.ts'
import type { NamedSize } from './entry-levels.ts'

/** Any in-process cache, seen from outside. */
export interface MeasuredCache {
  /** How many entries it holds now. Called before each collection. */
  size(): number
  /** The most entries it holds. With {@link evict} the cache may be resized: everything in it can be loaded again. */
  limit?: number
  /** Takes out the entry that is missed least. */
  evict?(): void
}

/** Counts the lookups of a registered cache. Each call is one increment. */
export interface RegisteredCache extends Disposable {
  /**
   * The most entries it may hold now: its own limit, or a share of that while `cache.limit` is below 1. A cache that asks for it
   * before each insert stays below; one that does not is made smaller once a second. Infinity when it was given no limit.
   */
  readonly limit: number
  hit(): void
  miss(): void
  /** The entry was there, but expired. */
  stale(): void
}

/** Caches that the application registered by hand. */
export class RegisteredCaches {
  readonly #registry: Registry
  readonly #limits: CacheLimits
  readonly #caches = new Set<NamedSize>()
  /** Whether lookups count: no while the instrumentation is off. */
  isCounting = false

  constructor(registry: Registry, limits: CacheLimits) {
    this.#registry = registry
    this.#limits = limits
  }

  add(name: string, cache: MeasuredCache): RegisteredCache {
    const series = cacheSeries(this.#registry, name)
    const entry: NamedSize = { name, size: () => cache.size() }
    this.#caches.add(entry)
    const shrinkable = shrinkableOf(name, cache)
    const resizable = shrinkable && this.#limits.add(shrinkable)
    const count = (result: keyof typeof series): void => {
      if (this.isCounting) series[result].add()
    }
    return {
      get limit() {
        return resizable?.limit.value ?? cache.limit ?? Infinity
      },
      hit: () => count('hit'),
      miss: () => count('miss'),
      stale: () => count('stale'),
      [Symbol.dispose]: () => {
        this.#caches.delete(entry)
        resizable?.[Symbol.dispose]()
      },
    }
  }

  all(): Iterable<NamedSize> {
    return this.#caches
  }
}

function shrinkableOf(name: string, cache: MeasuredCache): Shrinkable | undefined {
  const { limit } = cache
  if (limit === undefined || cache.evict === undefined) return undefined
  const entries = (): number => cache.size()
  return {
    name,
    measures: [{ limit, held: entries }],
    entries,
    evict() {
      const before = cache.size()
      cache.evict?.()
      return cache.size() < before
    },
  }
}
