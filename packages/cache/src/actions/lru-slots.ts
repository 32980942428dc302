import type { LruCache, LruMessage } from '../signals/lru-message.ts'
import { ownLookup } from '../signals/lru-message.ts'
import { lruPrototype } from '../signals/lru-prototype.ts'

/** What of `LRUCache.unsafeExposeInternals(cache)` is read. */
interface LruInternals {
  /** Set once the cache has had an entry with a time to live. */
  readonly ttls: unknown
  readonly keyList: readonly unknown[]
  isStale(index: number): boolean
}

interface LruClass {
  unsafeExposeInternals(cache: LruCache): LruInternals
}

interface LruPrototype {
  readonly constructor: Partial<LruClass>
  readonly get: (this: LruCache, key: unknown, options: LruGetOptions) => unknown
}

interface LruGetOptions {
  readonly status: LruMessage
  readonly allowStale: boolean
  readonly noDeleteOnStaleGet: boolean
  readonly updateAgeOnGet: boolean
}

const EXPIRE: LruGetOptions = { status: ownLookup, allowStale: false, noDeleteOnStaleGet: false, updateAgeOnGet: false }

/**
 * The slots of an lru-cache, which can be walked in slices while the application goes on using it.
 *
 * Why not what is there: `purgeStale()` and `dump()` walk the whole cache at once (0.7 s for a million entries). The
 * iterators are in order of use, and that order changes between two slices: an iterator that waits at an entry which is
 * then used, removed or replaced skips the rest or ends. An entry's slot, however, is its own for as long as it lives. So
 * whatever the application does in between, a walk over the slots meets each entry that is there all the time exactly
 * once. Slots can be read through `LRUCache.unsafeExposeInternals`, the library's way of inspecting a cache; they are
 * only read.
 */
export class LruSlots {
  readonly #cache: LruCache
  readonly #internals: LruInternals
  readonly #get: LruPrototype['get']

  private constructor(cache: LruCache, internals: LruInternals, get: LruPrototype['get']) {
    this.#cache = cache
    this.#internals = internals
    this.#get = get
  }

  /** Undefined when the cache does not expose its slots. */
  static of(cache: LruCache): LruSlots | undefined {
    // The library's own methods: a subclass may load what is missing in its `get`.
    const prototype = lruPrototype(cache) as LruPrototype
    const internals = prototype.constructor.unsafeExposeInternals?.(cache)
    if (internals === undefined || typeof prototype.get !== 'function') return undefined
    if (!Array.isArray(internals.keyList) || typeof internals.isStale !== 'function') return undefined
    return new LruSlots(cache, internals, prototype.get)
  }

  /** How many slots there are; none when nothing in the cache can expire. */
  get length(): number {
    return this.#internals.ttls === undefined ? 0 : this.#internals.keyList.length
  }

  /**
   * Removes the entry in the slot if it has expired; true when it did.
   *
   * The removal is a lookup of the expired key, which is how lru-cache itself removes it: in one step with the check, with
   * the reason `expire` for the application's `dispose` (a `delete()` would say that somebody wanted it gone), and never
   * while its successor is being fetched. Expired is decided by the cache's own clock.
   */
  removeExpired(slot: number): boolean {
    const { keyList } = this.#internals
    const key = keyList[slot]
    if (key === undefined || !this.#internals.isStale(slot)) return false
    try {
      this.#get.call(this.#cache, key, EXPIRE)
      return ownLookup.get === 'stale'
    } finally {
      // The cache writes key and value into the status: they must not be kept alive from here.
      ownLookup.key = ownLookup.value = ownLookup.cache = ownLookup.get = undefined
    }
  }
}
