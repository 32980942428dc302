import { performance } from 'node:perf_hooks'
import type { Knob } from '@homeostat/optimizer'
import { timeoutSignal } from '@homeostat/signals'
import type { PgInstrumentation } from '../instrumentation.ts'
import type { PoolShape } from '../signals/driver.ts'
import { readServerRoom, shareOfRoom, type ServerRoom } from './server-room.ts'

/** A pool is raised to so many times its own size at most, and lowered to a quarter. */
const MOST_SHARE = 4
const LEAST_SHARE = 0.25
/** How long a reading of a server is used. */
const FRESH_MS = 60_000
const READ_TIMEOUT_MS = 5000

/** Options of the knob `pool.max`. */
export interface PoolMaxOptions {
  readonly instrumentation: PgInstrumentation
  /** Called when a server could not be asked. @default nothing is called */
  readonly onFault?: (error: unknown) => void
}

/** The most connections that a pool may open. The application may set it at any time. */
interface Limits {
  max: number
}

/** A pool that was set. */
interface Held {
  readonly own: number
  readonly set: number
}

/**
 * `pool.max`: the share of its own `max` that each pool of this process may open. 1 is as the application set it. Above 1, a pool gets no
 * more than this process' share of the connections that its server has free. Connections that are open stay open; a lower limit is
 * reached as they are given back and become idle.
 *
 * Back at 1, every pool has exactly its own value. One that somebody else sets meanwhile is left as it is until then.
 *
 * @example
 * ```ts
 * const response: Response = { to: { alert: 'PoolExhausted' }, action: 'pool.max', options: { factor: 1.5 }, priority: 'slo' }
 * ```
 */
export function createPoolMax({ instrumentation, onFault = () => {} }: PoolMaxOptions): Knob {
  const shares = new PoolShares(instrumentation, onFault)
  return {
    name: 'pool.max',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: LEAST_SHARE, max: MOST_SHARE },
    touches: ['pool'],
    raises: ['database', 'memory'],
    lowers: ['latency'],
    risk: 1,
    unready: () => shares.unready(),
    read: () => shares.share,
    compareAndSet(expected, next) {
      if (shares.share !== expected) return false
      shares.set(next)
      return true
    },
  }
}

class PoolShares {
  share = 1
  readonly #instrumentation: PgInstrumentation
  readonly #onFault: (error: unknown) => void
  readonly #rooms = new WeakMap<PoolShape, { readonly room: ServerRoom; readonly readAt: number }>()
  #held = new WeakMap<PoolShape, Held>()
  /** Somebody else has set them meanwhile. */
  #left = new WeakSet<PoolShape>()
  #isReading = false
  #failedAt = Number.NEGATIVE_INFINITY

  constructor(instrumentation: PgInstrumentation, onFault: (error: unknown) => void) {
    this.#instrumentation = instrumentation
    this.#onFault = onFault
  }

  /** Why a larger share would change nothing now. Asks the servers meanwhile, so that it is known at the next decision. */
  unready(): string | undefined {
    const pools = this.#instrumentation.answeringPools
    if (pools.length === 0) return 'this process has no pool whose server has answered'
    const now = performance.now()
    if (now - this.#failedAt <= FRESH_MS) return 'the server did not say how many connections it has free'
    if (pools.some(pool => this.#roomOf(pool, now) === undefined)) {
      void this.#readRooms(pools, now)
      return 'how many connections the server has free is not known yet; it is asked now'
    }
    if (pools.some(pool => this.#grantOf(pool, now) > 0)) return undefined
    return 'the server has no connections free for a larger pool: see the advice of pool.explain'
  }

  set(share: number): void {
    const now = performance.now()
    // Each for itself: a pool may be anything.
    for (const pool of this.#instrumentation.pools)
      try {
        this.#apply(pool, share, now)
      } catch (error) {
        this.#onFault(error)
      }
    this.share = share
    if (share !== 1) return
    this.#held = new WeakMap()
    this.#left = new WeakSet()
  }

  #apply(pool: PoolShape, share: number, now: number): void {
    const limits = pool.options as Partial<Limits> | undefined
    const found = limits?.max
    // Less than one is a mistake, and not a size that could be changed in proportion.
    if (limits === undefined || typeof found !== 'number' || !(found >= 1) || this.#left.has(pool)) return
    const held = this.#held.get(pool)
    if (held !== undefined && found !== held.set) return void this.#left.add(pool)
    const own = held?.own ?? found
    const wanted = share === 1 ? own : this.#limitOf(pool, own, share, now)
    // Options that are frozen stay as they are.
    if (!Reflect.set(limits, 'max', wanted)) return void this.#left.add(pool)
    this.#held.set(pool, { own, set: wanted })
    if (wanted > found) serveWaiting(pool, wanted - found)
  }

  #limitOf(pool: PoolShape, own: number, share: number, now: number): number {
    if (share > 1) return Math.min(Math.ceil(own * share), own + this.#grantOf(pool, now))
    return Math.max(1, Math.round(own * share))
  }

  /** How many connections more than its own limit a pool may open; 0 while that is unknown. */
  #grantOf(pool: PoolShape, now: number): number {
    const room = this.#roomOf(pool, now)
    return room === undefined ? 0 : shareOfRoom(room, pool.totalCount)
  }

  #roomOf(pool: PoolShape, now: number): ServerRoom | undefined {
    const known = this.#rooms.get(pool)
    return known !== undefined && now - known.readAt <= FRESH_MS ? known.room : undefined
  }

  async #readRooms(pools: readonly PoolShape[], now: number): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      for (const pool of pools) {
        const room = await readServerRoom(pool, this.#instrumentation, timeoutSignal(READ_TIMEOUT_MS))
        this.#rooms.set(pool, { room, readAt: now })
      }
    } catch (error) {
      this.#failedAt = now
      this.#onFault(error)
    } finally {
      this.#isReading = false
    }
  }
}

/** Lets pg-pool open connections for the calls that wait already. It would do that only for calls that come. */
function serveWaiting(pool: PoolShape, more: number): void {
  const { _pulseQueue: pulse } = pool as { readonly _pulseQueue?: unknown }
  if (typeof pulse !== 'function') return
  for (let i = Math.min(more, pool.waitingCount); i > 0; i--) pulse.call(pool)
}
