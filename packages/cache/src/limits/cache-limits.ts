import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Faults } from '@homeostat/signals'
import { disposeTogether, every } from '@homeostat/signals'
import { Slices } from '../actions/slices.ts'
import type { LruCaches } from '../signals/lru-caches.ts'
import type { LruCache, LruMessage } from '../signals/lru-message.ts'
import { METRICS_CHANNEL } from '../signals/lru-message.ts'
import { CacheLimitsOffError, CacheShareError } from './errors.ts'
import { shrinkableLru } from './shrinkable-lru.ts'
import type { Shrinkable } from './shrinkable.ts'
import { SoftLimit } from './soft-limit.ts'

/** All caches go down together, by this much of their limit at a time. */
const STEP = 0.05
/** How often caches are checked that grow without a message: by `fetch()`, or registered ones that do not ask for their limit. */
const SWEEP_MS = 1000

/** The result of setting the share. */
export interface Resizing {
  /** Entries that were taken out. */
  readonly entries: number
  /** Turns of the event loop in between. */
  readonly turns: number
  /** The longest stretch on the event loop, in milliseconds. */
  readonly longestSliceMs: number
}

/**
 * The share of their own limit that resizable caches may hold, as one value for all of them. Caches that appear later get it
 * when they are first observed. While it is 1 nothing is subscribed and no timer runs.
 *
 * @example
 * ```ts
 * await instrumentation.limits.set(0.7) // e.g. { entries: 300000, turns: 95, longestSliceMs: 2.4 }
 * await instrumentation.limits.set(1)
 * ```
 */
export class CacheLimits {
  readonly #faults: Faults
  readonly #registered = new Set<SoftLimit>()
  #lruCaches: LruCaches | undefined
  #lru = new WeakMap<LruCache, SoftLimit>()
  #keeping: Disposable | undefined
  #share = 1
  /** How far down all caches have come. */
  #reached = 1
  #sliceMs = 2
  #walks = 0
  #isWalking = false

  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** The share in force, 1 unless it was set. */
  get share(): number {
    return this.#share
  }

  /** Whether the share can be set: while the instrumentation is on. */
  get isOpen(): boolean {
    return this.#lruCaches !== undefined
  }

  /** Why setting the share would do nothing now; undefined when it would do something. */
  get unready(): string | undefined {
    if (!this.isOpen) return 'CacheInstrumentation is disabled'
    if (this.#resizable().length > 0) return undefined
    return 'no observed cache may be resized: name lru-caches in the option resizable, register others with limit and evict'
  }

  /**
   * Sets the share. Lowering it takes out the entries that were used least recently, in slices with a turn of the event loop between
   * them; raising it takes effect at once.
   *
   * @param share - above 0, at most 1
   * @param sliceMs - longest stretch on the event loop, in milliseconds
   * @returns when all caches are down to it, or the share was set anew
   * @throws CacheShareError - it is not a share
   * @throws CacheLimitsOffError - the instrumentation is off
   */
  async set(share: number, sliceMs = 2): Promise<Resizing> {
    if (!(share > 0 && share <= 1)) throw new CacheShareError(share)
    if (!this.isOpen) throw new CacheLimitsOffError()
    this.#share = share
    this.#sliceMs = sliceMs
    this.#reached = Math.max(this.#reached, share)
    for (const limit of this.#resizable()) limit.raise(share)
    if (share === 1) this.#stopKeeping()
    else this.#keeping ??= this.#keep()
    return this.#walk()
  }

  /** A cache that was registered by hand. Dispose what it returns to forget it. */
  add(cache: Shrinkable): { readonly limit: SoftLimit } & Disposable {
    const limit = this.#limitOf(cache)
    this.#registered.add(limit)
    return {
      limit,
      [Symbol.dispose]: () => {
        this.#registered.delete(limit)
        limit.raise(1)
      },
    }
  }

  /** An lru-cache that may be resized. */
  addLru(cache: LruCache, name: string): void {
    const shrinkable = shrinkableLru(cache, name)
    if (shrinkable) this.#lru.set(cache, this.#limitOf(shrinkable))
  }

  /** The share goes back to 1 when what this returns is disposed of. */
  open(lruCaches: LruCaches): Disposable {
    this.#lruCaches = lruCaches
    return {
      [Symbol.dispose]: () => {
        this.#share = this.#reached = 1
        this.#stopKeeping()
        for (const limit of this.#resizable()) limit.raise(1)
        this.#lruCaches = undefined
        this.#lru = new WeakMap()
      },
    }
  }

  #limitOf(cache: Shrinkable): SoftLimit {
    const limit = new SoftLimit(cache, error => this.#faults.report('action', error))
    // The walks remove the entries that it already holds above its share.
    if (this.#share < 1) limit.lower(this.#share, 0)
    return limit
  }

  #resizable(): SoftLimit[] {
    const lru = this.#lruCaches?.living().map(seen => {
      const cache = seen.cache()
      return cache && this.#lru.get(cache)
    })
    return [...(lru ?? []), ...this.#registered].filter(limit => limit !== undefined)
  }

  async #walk(): Promise<Resizing> {
    const walk = ++this.#walks
    const slices = new Slices(this.#sliceMs)
    const tally = { entries: 0, turns: 0 }
    this.#isWalking = true
    try {
      for (const step of stepsDown(this.#reached, this.#share)) {
        for (const limit of this.#resizable()) {
          for (let left = limit.entries, evicted = left; evicted > 0; left -= evicted) {
            evicted = limit.lower(step, left, slices)
            tally.entries += evicted
            if (!slices.isOver) continue
            tally.turns++
            await slices.next()
            if (walk !== this.#walks) return { ...tally, longestSliceMs: slices.longestMs }
          }
        }
        this.#reached = step
      }
      slices.end()
      return { ...tally, longestSliceMs: slices.longestMs }
    } finally {
      if (walk === this.#walks) this.#isWalking = false
    }
  }

  #keep(): Disposable {
    // An error would end the process: Node rethrows a subscriber's error as uncaught.
    const onMessage = (message: unknown): void => {
      try {
        const { op, cache } = message as LruMessage
        if ((op === 'set' || op === 'memo') && cache !== undefined) this.#lru.get(cache)?.keep()
      } catch (error) {
        this.#faults.report('action', error)
      }
    }
    subscribe(METRICS_CHANNEL, onMessage)
    return disposeTogether(
      { [Symbol.dispose]: () => void unsubscribe(METRICS_CHANNEL, onMessage) },
      every(SWEEP_MS, () => (this.#isWalking ? undefined : this.#walk())),
    )
  }

  #stopKeeping(): void {
    this.#keeping?.[Symbol.dispose]()
    this.#keeping = undefined
    this.#walks++
    this.#isWalking = false
  }
}

function stepsDown(from: number, to: number): number[] {
  const between = Array.from({ length: Math.ceil((from - to) / STEP - 1e-9) - 1 }, (_, at) => from - (at + 1) * STEP)
  return [...between, to]
}
