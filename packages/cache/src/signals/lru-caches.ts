import type { NamedSize } from './entry-levels.ts'
import type { LruCache } from './lru-message.ts'

/** Below this many, dead references are not worth a walk. */
const PRUNE_FROM = 64

/** An lru-cache that was observed, and its name. Does not keep it alive. */
export interface SeenLruCache extends NamedSize {
  /** The cache, as long as the application has it. */
  cache(): LruCache | undefined
}

/** The lru-caches that were observed, in the order of their first use. */
export class LruCaches {
  #seen: (SeenLruCache & { readonly ref: WeakRef<LruCache> })[] = []
  #pruneAt = PRUNE_FROM
  readonly #onAdded: ((cache: LruCache, name: string) => void) | undefined

  /** @param onAdded - called for each cache when it is first observed */
  constructor(onAdded?: (cache: LruCache, name: string) => void) {
    this.#onAdded = onAdded
  }

  add(cache: LruCache, name: string): void {
    // A service may make a cache a request: what the application has let go must not pile up here between collections.
    if (this.#seen.length >= this.#pruneAt) this.#prune()
    const ref = new WeakRef(cache)
    this.#seen.push({ ref, name, cache: () => ref.deref(), size: () => ref.deref()?.size ?? 0 })
    this.#onAdded?.(cache, name)
  }

  /** Those that still live. */
  living(): readonly SeenLruCache[] {
    this.#prune()
    // A copy, because caches are added while somebody walks the list.
    return this.#seen.slice()
  }

  #prune(): void {
    this.#seen = this.#seen.filter(({ ref }) => ref.deref() !== undefined)
    this.#pruneAt = Math.max(PRUNE_FROM, 2 * this.#seen.length)
  }
}
