import { metrics } from '@homeostat/semconv'
import type { Registry } from './registry.ts'

/** What may be kept of the application's values in one process, unless an option says otherwise. */
export const DEFAULT_RETAINED_BYTES: number = 8 * 1024 * 1024

/** One for the process: several copies of this package, and all packages that keep something, share it. */
interface RetainedState {
  limit: number
  used: number
  readonly shares: Set<RetainedShare>
}

const KEY = Symbol.for('homeostat.retained')

/**
 * Counts the bytes of the application's values (statements, bind values) that one keeper holds, within a limit that all
 * keepers of the process share. Past the limit, the keeper that holds most drops its least useful value.
 */
export class RetainedShare {
  readonly #drop: () => boolean
  #bytes = 0
  #evictions = 0

  /** @param drop - drops what is worth least and releases its bytes; false when nothing is left */
  constructor(drop: () => boolean) {
    this.#drop = drop
  }

  /** Bytes held now, estimated. */
  get bytes(): number {
    return this.#bytes
  }

  /** How often something was dropped for the limit. */
  get evictions(): number {
    return this.#evictions
  }

  /**
   * Asks to hold so many bytes more. May drop what this keeper or another one holds, so what is to be kept must not be among it yet.
   *
   * @returns false when they do not fit, whatever is dropped
   */
  take(bytes: number): boolean {
    const state = stateOfProcess()
    if (!(bytes >= 0) || bytes > state.limit) return false
    makeRoom(state, bytes)
    if (state.used + bytes > state.limit) return false
    state.used += bytes
    this.#bytes += bytes
    state.shares.add(this)
    return true
  }

  release(bytes: number): void {
    const state = stateOfProcess()
    const released = Math.min(bytes, this.#bytes)
    state.used -= released
    this.#bytes -= released
    if (this.#bytes <= 0) state.shares.delete(this)
  }

  /** @internal */
  evict(): boolean {
    const before = this.#bytes
    if (!this.#drop() || this.#bytes >= before) return false
    this.#evictions++
    return true
  }
}

/**
 * Sets how many bytes of the application's values the process keeps, and drops what is above it.
 *
 * @param bytes - not a number from 0 up: the default, 8 MiB
 */
export function limitRetainedBytes(bytes: number = DEFAULT_RETAINED_BYTES): void {
  const state = stateOfProcess()
  state.limit = Number.isFinite(bytes) && bytes >= 0 ? bytes : DEFAULT_RETAINED_BYTES
  makeRoom(state, 0)
}

/** Reports what the keepers of one registry hold: `homeostat.retained.size` and `homeostat.retained.evictions`. */
export function observeRetained(registry: Registry, shares: readonly RetainedShare[]): Disposable {
  const size = registry.level(metrics.retainedSize).with({})
  const evictions = registry.counter(metrics.retainedEvictions).with({})
  return registry.observe(() => {
    size.set(shares.reduce((sum, { bytes }) => sum + bytes, 0))
    evictions.advanceTo(shares.reduce((sum, share) => sum + share.evictions, 0))
  })
}

function makeRoom(state: RetainedState, bytes: number): void {
  while (state.used + bytes > state.limit) {
    let largest: RetainedShare | undefined
    for (const share of state.shares) if (largest === undefined || share.bytes > largest.bytes) largest = share
    if (largest === undefined || !largest.evict()) return
  }
}

function stateOfProcess(): RetainedState {
  const holder = globalThis as { [KEY]?: RetainedState }
  return (holder[KEY] ??= { limit: DEFAULT_RETAINED_BYTES, used: 0, shares: new Set() })
}
