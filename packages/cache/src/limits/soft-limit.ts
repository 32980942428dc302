import type { Slices } from '../actions/slices.ts'
import { CacheCallbackError } from './errors.ts'
import type { Measure, Shrinkable } from './shrinkable.ts'

/**
 * What one cache may hold, at most its own limit.
 *
 * On its way down the limit in force follows what has been taken out already, and never runs ahead of it. So an insert of the
 * application never pays for more than what it brings itself; the rest is paid in slices.
 */
export class SoftLimit {
  readonly #cache: Shrinkable
  readonly #report: (error: unknown) => void
  /** The limit in force of each measure. */
  #inForce: number[]
  #isEvicting = false
  /** A callback of the cache threw. */
  #isLeft = false

  constructor(cache: Shrinkable, report: (error: unknown) => void) {
    this.#cache = cache
    this.#report = report
    this.#inForce = limitsAt(1, cache.measures)
  }

  /** The limit in force of the first measure. */
  get value(): number {
    return this.#inForce[0] ?? Infinity
  }

  get entries(): number {
    return this.#contained(() => this.#cache.entries()) ?? 0
  }

  /** After an insert of the application: takes out what is above the limit in force. */
  keep(): void {
    // An insert of the application's `dispose` is dealt with by the eviction that called it.
    if (this.#isLeft || this.#isEvicting) return
    // Runs inside each insert, so without a closure.
    try {
      if (this.#isAbove(this.#inForce)) this.#evict(this.#inForce, this.#cache.entries())
    } catch {
      this.#leave()
    }
  }

  /**
   * Takes out what is above the share until the slice is over, and lowers the limit in force to where that got.
   *
   * @param most - entries at most, so that it ends whatever the application adds; 0 only finds out where the limit begins
   * @returns how many entries were taken out
   */
  lower(share: number, most: number, slices?: Slices): number {
    if (this.#isLeft || this.#isEvicting) return 0
    const before = this.entries
    const evicted = this.#contained(() => {
      const { measures } = this.#cache
      const limits = limitsAt(share, measures)
      const count = this.#evict(limits, most, slices)
      this.#inForce = measures.map((each, at) => Math.min(this.#inForce[at]!, Math.max(limits[at]!, each.held())))
      return count
    })
    return evicted ?? Math.max(0, before - this.entries)
  }

  /** Lets the cache hold the share again, where it may hold less. */
  raise(share: number): void {
    this.#inForce = limitsAt(share, this.#cache.measures).map((limit, at) => Math.max(limit, this.#inForce[at]!))
    if (share === 1) this.#isLeft = false
  }

  #evict(limits: readonly number[], most: number, slices?: Slices): number {
    let evicted = 0
    this.#isEvicting = true
    try {
      // The last one stays: it is what was just inserted, and may be larger than the limit all by itself.
      while (evicted < most && this.#isAbove(limits) && this.#cache.entries() > 1 && this.#cache.evict()) {
        evicted++
        if (slices?.isOver) break
      }
    } finally {
      this.#isEvicting = false
    }
    return evicted
  }

  #isAbove(limits: readonly number[]): boolean {
    const { measures } = this.#cache
    for (let at = 0; at < measures.length; at++) if (measures[at]!.held() > limits[at]!) return true
    return false
  }

  #leave(): void {
    this.#isLeft = true
    this.#report(new CacheCallbackError(this.#cache.name))
  }

  #contained<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch {
      this.#leave()
      return undefined
    }
  }
}

/** Never less than one, whatever the share. */
function limitsAt(share: number, measures: readonly Measure[]): number[] {
  return measures.map(({ limit }) => Math.ceil(share * limit))
}
