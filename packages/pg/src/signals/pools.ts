// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import type { Registry } from '@homeostat/signals'
import type { HeldConnection } from './checkouts/held-connection.ts'
import type { Holding } from './checkouts/holding.ts'
import { holdingOf, leakLine } from './checkouts/holding-of.ts'
import { connectionOf, requestOf, type CheckoutRequest, type LentConnection } from './checkouts/pool-checkouts.ts'
import type { PendingItem, PoolObserver } from './checkouts/pool-patches.ts'
import type { ClientShape, ConnectionShape, PoolShape } from './driver.ts'
import { addressOf, formatAddress } from './pool-address.ts'
import type { PoolName } from './pool-name.ts'
import type { RunningQueries } from './running-queries.ts'
import { noteOn } from './note-on.ts'
import { TrackedPool } from './tracked-pool.ts'

export interface PoolsOptions {
  readonly registry: Registry
  readonly name: PoolName | undefined
  /** A connection that is checked out and silent for so long counts as leaked. */
  readonly leakAfterMs: number
  /** Whether the place of each checkout is kept. */
  readonly isPlaceCaptured: boolean
  /** The queries under way on a connection. */
  readonly runningOn: (connection: ConnectionShape) => RunningQueries | undefined
  /** Called once for each leak, with a line for people. */
  readonly onLeak: (line: string) => void
}

const MAX_NAME_LENGTH = 128

/** What is noted on pools. */
type Noted = PoolShape & Readonly<Record<symbol, TrackedPool | undefined>>

/**
 * The pools of the process, known from their first `connect()` or `query()` on.
 *
 * State is read from each pool object itself. Shared counters that follow the pools' events go wrong with two pools of one
 * name (opentelemetry-js-contrib#3354), so names are unique too: `host:port/database`, then `host:port/database#2`.
 */
export class Pools implements PoolObserver<CheckoutRequest> {
  readonly #options: PoolsOptions
  /** The key of what is known of a pool. */
  readonly #key = Symbol('homeostat.pool')
  readonly #tracked = new Map<string, TrackedPool>()

  constructor(options: PoolsOptions) {
    this.#options = options
  }

  /** Remembers a pool, weakly: it is forgotten when it has ended or was collected. @returns undefined for one that is not new */
  add(pool: PoolShape): TrackedPool | undefined {
    // Called detached, or on something that only borrows the method.
    if (typeof pool !== 'object' || pool === null || pool.ended) return undefined
    if ((pool as Noted)[this.#key] !== undefined) return undefined
    this.#prune()
    const tracked = new TrackedPool(pool, this.#freeName(pool), this.#options.registry)
    noteOn(pool, this.#key, tracked)
    this.#tracked.set(tracked.name, tracked)
    return tracked
  }

  /** The pools that are in use. */
  all(): readonly PoolShape[] {
    return [...this.#tracked.values()].flatMap(({ pool }) => pool ?? [])
  }

  /** The pools in use that have had an answer from their server. */
  answering(): readonly PoolShape[] {
    return [...this.#tracked.values()].flatMap(({ pool, hasAnswered }) => (pool && hasAnswered ? pool : []))
  }

  /** What is known of a pool in use, by its name in telemetry. */
  named(name: string): TrackedPool | undefined {
    const tracked = this.#tracked.get(name)
    return tracked?.pool === undefined ? undefined : tracked
  }

  /** The connections that the application has now, of one pool or of all, the longest first. */
  holdings(name?: string): Holding[] {
    const now = performance.now()
    return [...this.#tracked.values()]
      .filter(tracked => tracked.pool !== undefined && (name === undefined || tracked.name === name))
      .flatMap(tracked => tracked.held().map(held => this.#holdingOf(tracked.name, held, now)))
      .toSorted((a, b) => b.heldMs - a.heldMs)
  }

  /** The pool a client belongs to. */
  of(client: ClientShape): PoolShape | undefined {
    return this.all().find(pool => Array.isArray(pool._clients) && pool._clients.includes(client))
  }

  asked(pool: PoolShape, called: (...args: never[]) => unknown, isForQuery: boolean): CheckoutRequest | undefined {
    try {
      const tracked = (pool as Noted | undefined)?.[this.#key] ?? this.add(pool)
      if (tracked === undefined) return undefined
      // An idle connection that nobody waits for is there at once: what the caller does until its turn ends is no wait for the pool.
      const isAtOnce = pool.idleCount > pool.waitingCount
      const request = tracked.checkouts.asked(isForQuery, this.#options.isPlaceCaptured ? called : undefined)
      if (!isAtOnce) request.waitsSince(performance.now())
      return request
    } catch (error) {
      this.#report(error)
      return undefined
    }
  }

  askedFor(pool: PoolShape, request: CheckoutRequest): void {
    try {
      request.owner.askedFor(request, pool)
    } catch (error) {
      this.#report(error)
    }
  }

  opening(pool: PoolShape, item: PendingItem): void {
    try {
      ;(pool as Noted | undefined)?.[this.#key]?.checkouts.opening(item, performance.now())
    } catch (error) {
      this.#report(error)
    }
  }

  lent(client: ClientShape, item: PendingItem, isNew: boolean): LentConnection | undefined {
    try {
      const request = requestOf(item)
      return request === undefined ? undefined : request.owner.lent(client, item, request, isNew)
    } catch (error) {
      this.#report(error)
      return undefined
    }
  }

  returned(client: ClientShape): void {
    try {
      const connection = connectionOf(client)
      if (connection === undefined || !connection.isHeld) return
      connection.owner.returned(connection, connection.isAnswered ? connection.running!.endedAt : performance.now())
    } catch (error) {
      this.#report(error)
    }
  }

  /** Writes the state of every pool into its series. Reads properties only. */
  observe(): void {
    this.#prune()
    const now = performance.now()
    for (const tracked of this.#tracked.values())
      this.#options.registry.faults.contain('signal', () => {
        const held = tracked.held()
        tracked.observe(now, held, this.#countLeaks(tracked.name, held, now))
      })
  }

  /** Writes what was counted since the last {@link observe}, and nothing else: before nobody calls that any more. */
  write(): void {
    for (const { checkouts } of this.#tracked.values()) checkouts.write()
  }

  #countLeaks(name: string, all: readonly HeldConnection[], now: number): number {
    let leaked = 0
    for (const held of all) {
      const silentMs = held.silentMs(now, this.#runningOn(held))
      if (silentMs < this.#options.leakAfterMs) continue
      leaked++
      if (held.isReported) continue
      held.isReported = true
      this.#options.onLeak(leakLine(this.#holdingOf(name, held, now)))
    }
    return leaked
  }

  #holdingOf(pool: string, held: HeldConnection, now: number): Holding {
    const running = this.#runningOn(held)
    return holdingOf(pool, held, running, { now, leakAfterMs: this.#options.leakAfterMs })
  }

  #runningOn({ client }: HeldConnection): RunningQueries | undefined {
    return client.connection ? this.#options.runningOn(client.connection) : undefined
  }

  #report(error: unknown): void {
    this.#options.registry.faults.report('signal', error)
  }

  #prune(): void {
    for (const [name, tracked] of this.#tracked) {
      if (tracked.pool !== undefined) continue
      tracked[Symbol.dispose]()
      this.#tracked.delete(name)
    }
  }

  #freeName(pool: PoolShape): string {
    const { registry, name: nameOf } = this.#options
    const given = registry.faults.contain('signal', () => nameOf?.(pool))
    const base = (typeof given === 'string' && given !== '' ? given : formatAddress(addressOf(pool.options))).slice(
      0,
      MAX_NAME_LENGTH,
    )
    let name = base
    for (let ordinal = 2; this.#tracked.has(name); ordinal++) name = `${base}#${ordinal}`
    return name
  }
}
