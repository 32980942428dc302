import type { Registry } from '@homeostat/signals'
import { cacheSeries } from './cache-series.ts'
import type { NamedSize } from './entry-levels.ts'

/** Any in-process cache, seen from outside. */
export interface MeasuredCache {
  /** How many entries it holds now. Called before each collection. */
  size(): number
}

/** Where the lookups of a registered cache are told. Each call is one increment. */
export interface RegisteredCache extends Disposable {
  hit(): void
  miss(): void
  /** The entry was there, but expired. */
  stale(): void
}

/** Caches that the application registered by hand. */
export class RegisteredCaches {
  readonly #registry: Registry
  readonly #caches = new Set<NamedSize>()
  /** Whether lookups count: no while the instrumentation is off. */
  isCounting = false

  constructor(registry: Registry) {
    this.#registry = registry
  }

  add(name: string, cache: MeasuredCache): RegisteredCache {
    const series = cacheSeries(this.#registry, name)
    const entry: NamedSize = { name, size: () => cache.size() }
    this.#caches.add(entry)
    const count = (result: keyof typeof series): void => {
      if (this.isCounting) series[result].add()
    }
    return {
      hit: () => count('hit'),
      miss: () => count('miss'),
      stale: () => count('stale'),
      [Symbol.dispose]: () => void this.#caches.delete(entry),
    }
  }

  all(): Iterable<NamedSize> {
    return this.#caches
  }
}
