import type { LevelSeries, Registry } from '@homeostat/signals'
import { attributes as a, metrics } from '@homeostat/semconv'
import { connectionOf, PoolCheckouts, type LentConnection } from './checkouts/pool-checkouts.ts'
import { connectionsNeeded } from './checkouts/pool-size.ts'
import { PoolUseHistory } from './checkouts/pool-use.ts'
import type { PoolShape } from './driver.ts'
import type { KnownPool, PoolUse } from './known-pool.ts'

/** The use of the last minute is reported. */
const RECENT_MS = 60_000

/** One pool and its series. */
export class TrackedPool implements KnownPool, Disposable {
  readonly name: string
  readonly checkouts: PoolCheckouts
  readonly #pool: WeakRef<PoolShape>
  readonly #history = new PoolUseHistory()
  readonly #used: LevelSeries
  readonly #idle: LevelSeries
  readonly #pending: LevelSeries
  readonly #limit: LevelSeries
  readonly #busy: LevelSeries
  readonly #needed: LevelSeries
  readonly #saturation: LevelSeries
  #hasAnswered = false

  constructor(pool: PoolShape, name: string, registry: Registry) {
    const labels = { [a.dbPoolName]: name }
    const connections = registry.level(metrics.dbConnectionCount)
    this.name = name
    this.checkouts = new PoolCheckouts(registry, name)
    this.#pool = new WeakRef(pool)
    this.#used = connections.with({ ...labels, [a.dbConnectionState]: 'used' })
    this.#idle = connections.with({ ...labels, [a.dbConnectionState]: 'idle' })
    this.#pending = registry.level(metrics.dbConnectionPending).with(labels)
    this.#limit = registry.level(metrics.dbConnectionLimit).with(labels)
    this.#busy = registry.level(metrics.dbPoolBusy).with(labels)
    this.#needed = registry.level(metrics.dbPoolNeeded).with(labels)
    this.#saturation = registry.level(metrics.dbPoolSaturation).with(labels)
  }

  /** Undefined when it has ended or was collected. */
  get pool(): PoolShape | undefined {
    const pool = this.#pool.deref()
    return pool === undefined || pool.ended ? undefined : pool
  }

  /** Whether the server has answered: a pool may lead to a closed port. Connections come and go; the answer of one is remembered. */
  get hasAnswered(): boolean {
    const { pool } = this
    if (pool !== undefined) this.#hasAnswered ||= isConnected(pool)
    return this.#hasAnswered
  }

  /** Its use within the last minute; undefined until two moments were observed. */
  get use(): PoolUse | undefined {
    return this.#history.use(RECENT_MS)
  }

  /** In how many seconds all connections are in use, if their use goes on to rise; undefined while it does not. */
  get secondsToSaturation(): number | undefined {
    const limit: unknown = this.pool?.options?.max
    return typeof limit === 'number' ? this.#history.secondsToSaturation(limit) : undefined
  }

  /** The connections that the application has now. */
  held(): LentConnection[] {
    const clients = this.pool?._clients
    if (!Array.isArray(clients)) return []
    return (clients as object[]).flatMap(client => {
      const connection = connectionOf(client)
      return connection?.isHeld && connection.owner === this.checkouts ? connection : []
    })
  }

  /** Writes the state of the pool into its series. A pool may be a subclass that has none of the counts: then nothing is known. */
  observe(now: number, held: readonly LentConnection[], leaked: number): void {
    const { pool } = this
    if (pool === undefined) return
    this.#hasAnswered ||= isConnected(pool)
    const { totalCount, idleCount, waitingCount, options } = pool
    setNumber(this.#used, totalCount - idleCount)
    setNumber(this.#idle, idleCount)
    setNumber(this.#pending, waitingCount)
    setNumber(this.#limit, options?.max)
    this.checkouts.observe(leaked)
    this.#history.add({ at: now, ...this.checkouts.totals(held, now) })
    const busy = this.use?.busy
    setNumber(this.#busy, busy)
    setNumber(this.#needed, busy === undefined ? undefined : connectionsNeeded(busy))
    setNumber(this.#saturation, this.secondsToSaturation)
  }

  [Symbol.dispose](): void {
    this.checkouts[Symbol.dispose]()
    for (const series of [
      this.#used,
      this.#idle,
      this.#pending,
      this.#limit,
      this.#busy,
      this.#needed,
      this.#saturation,
    ])
      series.remove()
  }
}

/** Leaves the series out where the value is not a number. */
function setNumber(series: LevelSeries, value: unknown): void {
  series.set(typeof value === 'number' ? value : Number.NaN)
}

/** Whether some client of the pool has come through the handshake; an idle one has. */
function isConnected({ idleCount, _clients: clients }: PoolShape): boolean {
  if (idleCount > 0) return true
  return (
    Array.isArray(clients) && clients.some(client => (client as { _connected?: unknown } | null)?._connected === true)
  )
}
