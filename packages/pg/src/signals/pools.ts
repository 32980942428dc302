import type { LevelSeries, Registry } from '@homeostat/signals'
import { attributes as a, metrics } from '@homeostat/semconv'
import type { ClientShape, PoolShape } from './driver.ts'
import { addressOf, formatAddress } from './pool-address.ts'
import { createStamp } from './stamp.ts'

/** Names a pool in telemetry; undefined leaves the default name. Must not return anything of unbounded variety. */
export type PoolName = (pool: PoolShape) => string | undefined

interface TrackedPool {
  readonly pool: WeakRef<PoolShape>
  readonly name: string
  readonly used: LevelSeries
  readonly idle: LevelSeries
  readonly pending: LevelSeries
  readonly limit: LevelSeries
  /** Whether the server has answered: a pool may lead to a closed port. */
  hasAnswered: boolean
}

const MAX_NAME_LENGTH = 128

/**
 * The pools of the process, known from their first `connect()` or `query()` on.
 *
 * State is read from each pool object itself. Shared counters that follow the pools' events go wrong with two pools of one
 * name (opentelemetry-js-contrib#3354), so names are unique too: `host:port/database`, then `host:port/database#2`.
 */
export class Pools {
  readonly #registry: Registry
  readonly #name: PoolName | undefined
  readonly #known = createStamp<true>()
  readonly #tracked = new Map<string, TrackedPool>()

  constructor(registry: Registry, name?: PoolName) {
    this.#registry = registry
    this.#name = name
  }

  /** Remembers a pool, weakly: it is forgotten when it has ended or was collected. */
  add(pool: PoolShape): void {
    // Called detached, or on something that only borrows the method.
    if (typeof pool !== 'object' || pool === null || this.#known.has(pool) || pool.ended) return
    this.#known.set(pool, true)
    this.#prune()
    const name = this.#freeName(pool)
    const labels = { [a.dbPoolName]: name }
    const connections = this.#registry.level(metrics.dbConnectionCount)
    this.#tracked.set(name, {
      pool: new WeakRef(pool),
      name,
      used: connections.with({ ...labels, [a.dbConnectionState]: 'used' }),
      idle: connections.with({ ...labels, [a.dbConnectionState]: 'idle' }),
      pending: this.#registry.level(metrics.dbConnectionPending).with(labels),
      limit: this.#registry.level(metrics.dbConnectionLimit).with(labels),
      hasAnswered: false,
    })
  }

  /** The pools that are in use. */
  all(): readonly PoolShape[] {
    return [...this.#tracked.values()].flatMap(({ pool }) => {
      const live = pool.deref()
      return live === undefined || live.ended ? [] : [live]
    })
  }

  /** The pools in use that have had an answer from their server. */
  answering(): readonly PoolShape[] {
    return [...this.#tracked.values()].flatMap(tracked => {
      const live = tracked.pool.deref()
      if (live === undefined || live.ended) return []
      tracked.hasAnswered ||= isConnected(live)
      return tracked.hasAnswered ? [live] : []
    })
  }

  /** The pool a client belongs to. */
  of(client: ClientShape): PoolShape | undefined {
    return this.all().find(pool => Array.isArray(pool._clients) && pool._clients.includes(client))
  }

  /** Writes the state of every pool into its series. Reads properties only. */
  observe(): void {
    this.#prune()
    for (const tracked of this.#tracked.values()) {
      const pool = tracked.pool.deref()
      if (pool === undefined) continue
      // Connections come and go; the answer of one is remembered.
      tracked.hasAnswered ||= isConnected(pool)
      this.#registry.faults.contain('signal', () => writeState(pool, tracked))
    }
  }

  #prune(): void {
    for (const [name, { pool, used, idle, pending, limit }] of this.#tracked) {
      const live = pool.deref()
      if (live !== undefined && !live.ended) continue
      for (const series of [used, idle, pending, limit]) series.remove()
      this.#tracked.delete(name)
    }
  }

  #freeName(pool: PoolShape): string {
    const given = this.#registry.faults.contain('signal', () => this.#name?.(pool))
    const base = (typeof given === 'string' && given !== '' ? given : formatAddress(addressOf(pool.options))).slice(
      0,
      MAX_NAME_LENGTH,
    )
    let name = base
    for (let ordinal = 2; this.#tracked.has(name); ordinal++) name = `${base}#${ordinal}`
    return name
  }
}

/** A pool may be a subclass that has none of the counts: then nothing is known. */
function writeState({ totalCount, idleCount, waitingCount, options }: PoolShape, tracked: TrackedPool): void {
  setCount(tracked.used, totalCount - idleCount)
  setCount(tracked.idle, idleCount)
  setCount(tracked.pending, waitingCount)
  setCount(tracked.limit, options?.max)
}

function setCount(series: LevelSeries, count: unknown): void {
  if (typeof count === 'number' && Number.isFinite(count)) series.set(count)
}

/** Whether some client of the pool has come through the handshake; an idle one has. */
function isConnected({ idleCount, _clients: clients }: PoolShape): boolean {
  if (idleCount > 0) return true
  return (
    Array.isArray(clients) && clients.some(client => (client as { _connected?: unknown } | null)?._connected === true)
  )
}
