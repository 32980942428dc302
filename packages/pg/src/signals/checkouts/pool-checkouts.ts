// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import { attributes as a, metrics } from '@homeostat/semconv'
import {
  BoundedMap,
  type CounterSeries,
  type HistogramSeries,
  type LevelSeries,
  type Registry,
} from '@homeostat/signals'
import type { ClientShape, PoolShape } from '../driver.ts'
import { noteOn } from '../note-on.ts'
import { HeldConnection } from './held-connection.ts'
import type { PendingItem } from './pool-patches.ts'
import { PoolRequest } from './pool-request.ts'

/** The most holders of connections that telemetry distinguishes per pool; the rest shares `_OTHER`. */
const MOST_HOLDERS = 50
const OTHER = '_OTHER'
/** The messages of pg-pool and pg for a connection that was not opened in time. */
const OPENED_TOO_LATE: ReadonlySet<unknown> = new Set([
  'Connection terminated due to connection timeout',
  'timeout expired',
])

/** A call for a connection of a pool that is followed. */
export type CheckoutRequest = PoolRequest<PoolCheckouts>
/** A connection of a pool that is followed. */
export type LentConnection = HeldConnection<PoolCheckouts>

/** The call behind an item of pg-pool's queue. Nobody but pg-pool has the items; a property is a tenth of the cost of a stamp. */
const REQUEST: unique symbol = Symbol('homeostat.pool-request')
type Item = PendingItem & { [REQUEST]?: CheckoutRequest | undefined }

/** The connection behind a client of a pool. */
const LENT: unique symbol = Symbol('homeostat.lent')

/** The connection of a client that the pool has lent, now or before. */
export function connectionOf(client: object): LentConnection | undefined {
  return (client as { readonly [LENT]?: LentConnection } | undefined)?.[LENT]
}

/** The call that an item of the queue stands for; undefined for one that was answered, or began before this was on. */
export function requestOf(item: PendingItem): CheckoutRequest | undefined {
  return (item as Item | undefined)?.[REQUEST]
}

/** Follows the connections of one pool: how long calls wait for one, who has one, and for how long. */
export class PoolCheckouts implements Disposable {
  readonly #wait: HistogramSeries
  readonly #use: HistogramSeries
  readonly #create: HistogramSeries
  readonly #timeouts: CounterSeries
  readonly #leaked: LevelSeries
  readonly #secondsOf: BoundedMap<string, CounterSeries>
  readonly #bindHolder: (holder: string) => CounterSeries
  readonly #spare: CheckoutRequest[] = []
  /** The calls that wait in the queue of a pool that answers with a timeout. */
  readonly #queued = new Set<Item>()
  #asked: CheckoutRequest | undefined
  /** Sums since the pool is known, for rates. In milliseconds. */
  #checkouts = 0
  #endedUseMs = 0
  // What is not written yet: most connections are there at once, and most of them go back and forth between few.
  #atOnce = 0
  #lastSeries: CounterSeries | undefined
  #lastUseMs = 0

  constructor(registry: Registry, pool: string) {
    const labels = { [a.dbPoolName]: pool }
    this.#wait = registry.histogram(metrics.dbConnectionWaitTime).with(labels)
    this.#use = registry.histogram(metrics.dbConnectionUseTime).with(labels)
    this.#create = registry.histogram(metrics.dbConnectionCreateTime).with(labels)
    this.#timeouts = registry.counter(metrics.dbConnectionTimeouts).with(labels)
    this.#leaked = registry.level(metrics.dbConnectionLeaked).with(labels)
    this.#bindHolder = holder => registry.counter(metrics.dbConnectionHeld).with({ ...labels, [a.dbHolder]: holder })
    this.#secondsOf = new BoundedMap(MOST_HOLDERS + 1)
  }

  /**
   * How many connections were lent until now, and for how many milliseconds in all.
   *
   * @param held - the connections that are lent now
   */
  totals(held: readonly LentConnection[], now: number): { readonly checkouts: number; readonly usedMs: number } {
    this.#writeUse()
    const usedMs = held.reduce((sum, { since }) => sum + Math.max(0, now - since), this.#endedUseMs)
    return { checkouts: this.#checkouts, usedMs }
  }

  /** `connect()` is called. */
  asked(isForQuery: boolean, place: Parameters<PoolRequest['begin']>[1]): CheckoutRequest {
    const request = this.#spare.pop() ?? new PoolRequest(this)
    request.begin(isForQuery, place)
    return (this.#asked = request)
  }

  /** It has returned. A call for which no connection is opened stands last in the queue of the pool. */
  askedFor(request: CheckoutRequest, { _pendingQueue: queue, options }: PoolShape): void {
    if (this.#asked !== request) return
    this.#asked = undefined
    const item: unknown = Array.isArray(queue) ? queue[queue.length - 1] : undefined
    // Refused, e.g. because the pool ends: then the last item is that of an earlier call.
    if (typeof item !== 'object' || item === null || (item as Item)[REQUEST] !== undefined) this.#recycle(request)
    else {
      const own = item as Item
      own[REQUEST] = request
      if (options?.['connectionTimeoutMillis']) {
        request.isTimed = true
        this.#queued.add(own)
      }
    }
  }

  /** A new connection is begun, within a call or for one from the queue. */
  opening(item: Item, now: number): void {
    if (this.#asked !== undefined) {
      item[REQUEST] = this.#asked
      this.#asked = undefined
    }
    const request = item[REQUEST]
    if (request === undefined) return
    request.opens(now)
    const { callback } = item
    // The item is not in the queue any more, where pg-pool looks for it by its callback.
    item.callback = (error, ...rest) => {
      if (error) this.#failed(item, error)
      return callback(error, ...rest)
    }
  }

  /** A call gets a connection, by the item that stands for it. */
  lent(client: ClientShape, item: Item, request: CheckoutRequest, isNew: boolean): LentConnection | undefined {
    const now = performance.now()
    this.#end(item, request)
    if (isNew && request.isOpened) this.#create.record((now - request.openedAt) / 1000)
    // The pool gives a connection that came too late back to itself.
    if (item.timedOut) this.#timeouts.add()
    else {
      if (request.isAtOnce) this.#atOnce += 1
      else this.#wait.record((now - request.askedAt) / 1000)
      this.#checkouts += 1
      let connection = connectionOf(client)
      if (connection === undefined) noteOn(client, LENT, (connection = new HeldConnection(client, this)))
      connection.lent(now, request, isNew)
      return connection
    }
    this.#recycle(request)
    return undefined
  }

  returned(connection: LentConnection, now: number): void {
    const usedMs = now - connection.since
    this.#use.record(usedMs / 1000)
    const series = connection.seriesOfHolder(this.#heldBy)
    if (series !== this.#lastSeries) {
      this.#writeUse()
      this.#lastSeries = series
    }
    this.#lastUseMs += usedMs
    const request = connection.returned()
    if (request !== undefined) request.owner.#recycle(request)
  }

  /** Writes what can only be counted now and then. */
  observe(leaked: number): void {
    for (const item of this.#queued) {
      const request = item[REQUEST]
      if (!item.timedOut || request === undefined) continue
      this.#timeouts.add()
      this.#end(item, request)
      this.#recycle(request)
    }
    this.#leaked.set(leaked)
    this.write()
  }

  /** Writes what was only counted until now. */
  write(): void {
    this.#writeUse()
    if (this.#atOnce > 0) this.#wait.record(0, this.#atOnce)
    this.#atOnce = 0
  }

  [Symbol.dispose](): void {
    for (const series of [this.#wait, this.#use, this.#create, this.#timeouts, this.#leaked]) series.remove()
    for (const series of this.#secondsOf.values()) series.remove()
    this.#queued.clear()
  }

  #failed(item: Item, error: unknown): void {
    const request = item[REQUEST]
    if (request === undefined) return
    this.#end(item, request)
    if (OPENED_TOO_LATE.has((error as { message?: unknown } | null)?.message)) this.#timeouts.add()
    this.#recycle(request)
  }

  /** A call is over: it is counted once. */
  #end(item: Item, request: CheckoutRequest): void {
    item[REQUEST] = undefined
    if (request.isTimed) this.#queued.delete(item)
  }

  #writeUse(): void {
    this.#lastSeries?.add(this.#lastUseMs / 1000)
    this.#endedUseMs += this.#lastUseMs
    this.#lastUseMs = 0
  }

  #recycle(request: CheckoutRequest): void {
    request.forget()
    this.#spare.push(request)
  }

  readonly #heldBy = (holder: string): CounterSeries => {
    let series = this.#secondsOf.get(holder)
    if (series !== undefined) return series
    if (this.#secondsOf.size >= MOST_HOLDERS && holder !== OTHER) return this.#heldBy(OTHER)
    this.#secondsOf.set(holder, (series = this.#bindHolder(holder)))
    return series
  }
}
