import type { LevelSeries, Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'

/** A cache that knows how many entries it holds. */
export interface NamedSize {
  readonly name: string
  size(): number
}

/** `homeostat.cache.entries`: caches of the same name add up; a name whose caches are all gone has no value. */
export function observeEntries(registry: Registry, caches: () => Iterable<NamedSize>): Disposable {
  const levels = new Map<string, LevelSeries>()
  const sums = new Map<string, number>()

  const observer = registry.observe(() => {
    sums.clear()
    for (const cache of caches()) {
      const size = registry.faults.contain('signal', () => cache.size())
      // Subclasses and caches registered by hand may answer anything.
      if (typeof size === 'number' && Number.isFinite(size)) sums.set(cache.name, (sums.get(cache.name) ?? 0) + size)
    }
    for (const [name, level] of levels) if (!sums.has(name)) level.clear()
    for (const [name, sum] of sums) {
      let level = levels.get(name)
      if (level === undefined) {
        level = registry.level(metrics.cacheEntries).with({ [attributes.cacheName]: name })
        levels.set(name, level)
      }
      level.set(sum)
    }
  })

  return {
    [Symbol.dispose]: () => {
      observer[Symbol.dispose]()
      for (const level of levels.values()) level.clear()
    },
  }
}
