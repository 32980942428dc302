import type { LruCache } from '../signals/lru-message.ts'
import { lruPrototype } from '../signals/lru-prototype.ts'
import type { Measure, Shrinkable } from './shrinkable.ts'

/** How many entries in flight are stepped over for one eviction. */
const MAX_IN_FLIGHT = 100

/** What of `LRUCache.unsafeExposeInternals(cache)` is used. */
interface LruInternals {
  readonly head: number
  readonly valList: readonly unknown[]
  isBackgroundFetch(value: unknown): boolean
  moveToTail(slot: number): void
}

interface LruPrototype {
  readonly constructor: { unsafeExposeInternals?(cache: LruCache): LruInternals }
  readonly pop: (this: LruCache) => unknown
}

/**
 * An lru-cache as something that can be shrunk; undefined when it has no limit, or cannot be shrunk without harm.
 *
 * `max` and `maxSize` cannot be changed (assigning to them throws), but `pop()` can be called at any time: it evicts the least recently
 * used entry exactly as the cache itself does when it is full, with the reason `evict` for the application's `dispose`, and without a
 * message on the diagnostics channel.
 *
 * One thing `pop()` does is spared: it aborts the fetch of an entry in flight, and whoever waits for that in `cache.fetch()` gets an
 * error. Such an entry is in use, so it counts as just used, which is what lru-cache makes of a lookup that finds it in flight.
 */
export function shrinkableLru(cache: LruCache, name: string): Shrinkable | undefined {
  const measures: Measure[] = []
  if (cache.max > 0) measures.push({ limit: cache.max, held: () => cache.size })
  if (cache.maxSize > 0) measures.push({ limit: cache.maxSize, held: () => cache.calculatedSize })
  if (measures.length === 0) return undefined
  // The library's own methods: a subclass may do more in its `pop`.
  const { pop, constructor } = lruPrototype(cache) as LruPrototype
  const internals = cache.fetchMethod === undefined ? undefined : constructor.unsafeExposeInternals?.(cache)
  if (cache.fetchMethod !== undefined && !isUsable(internals)) return undefined
  return {
    name,
    measures,
    entries: () => cache.size,
    evict() {
      if (internals !== undefined && !stepOverFetches(internals)) return false
      pop.call(cache)
      return true
    },
  }
}

/** False when there are too many of them. */
function stepOverFetches(internals: LruInternals): boolean {
  for (let steps = 0; steps < MAX_IN_FLIGHT; steps++) {
    const { head, valList } = internals
    if (!internals.isBackgroundFetch(valList[head])) return true
    internals.moveToTail(head)
  }
  return false
}

function isUsable(internals: LruInternals | undefined): boolean {
  return (
    internals !== undefined &&
    typeof internals.head === 'number' &&
    Array.isArray(internals.valList) &&
    typeof internals.isBackgroundFetch === 'function' &&
    typeof internals.moveToTail === 'function'
  )
}
