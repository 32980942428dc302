import { type CounterSeries, workNameOf } from '@homeostat/signals'
import type { RunningQueries } from '../running-queries.ts'
import type { ClientShape } from '../driver.ts'
import type { PoolRequest } from './pool-request.ts'
import { placeIn } from './place-of-checkout.ts'
import { requestIn, routeIn } from './route-in-context.ts'

/** A holder whose route or job nobody has named. */
export const UNKNOWN_HOLDER = 'unknown'
const LONGEST_NAME = 120

/** One connection of a pool, while the application has it and in between. There is one of these per connection. */
export class HeldConnection<Owner = unknown> {
  readonly client: ClientShape
  /** NaN while the pool has it. */
  since: number = Number.NaN
  /** Whether it is lent for one `pool.query()`, which gives it back when the statement has ended. */
  isForQuery = false
  /** Whether the pool is about to submit the statement, in the same call: it is submitted when the connection is lent. */
  isHandedToQuery = false
  /** Whether a leak of it was reported. */
  isReported = false
  /** The queries on it, from the first one on. */
  running: RunningQueries | undefined
  /** What follows the pool that lends it. */
  readonly owner: Owner
  /** The series of the last holder, and its names as they were given: most connections go back and forth between few. */
  #series: CounterSeries | undefined
  #workOfSeries: string | undefined
  #routeOfSeries: string | undefined
  /** The call that has it. */
  #request: PoolRequest<Owner> | undefined

  constructor(client: ClientShape, owner: Owner) {
    this.client = client
    this.owner = owner
  }

  get isHeld(): boolean {
    return this.since === this.since
  }

  /** Whether the statement of a `pool.query()` has ended: the pool takes the connection back in the same call. */
  get isAnswered(): boolean {
    const { running } = this
    return this.isForQuery && running !== undefined && !running.isBusy && running.endedAt >= this.since
  }

  /** @param isNew - the application hears of a new connection first, and may do anything then */
  lent(now: number, request: PoolRequest<Owner>, isNew: boolean): void {
    this.since = now
    this.isReported = false
    this.isForQuery = request.isForQuery
    this.isHandedToQuery = request.isForQuery && !isNew
    this.#request = request
  }

  /** @returns the call that had it */
  returned(): PoolRequest<Owner> | undefined {
    const request = this.#request
    this.since = Number.NaN
    this.#request = undefined
    return request
  }

  /** The job or the route that has it, or that nobody has named it. */
  get holder(): string {
    return this.sender ?? UNKNOWN_HOLDER
  }

  /** The job or the route that has it. */
  get sender(): string | undefined {
    const request = this.#request
    const work = workNameOf(request?.work)
    if (work !== undefined) return work.length > LONGEST_NAME ? work.slice(0, LONGEST_NAME) : work
    const route = routeIn(request?.context)
    return route === undefined ? undefined : `route ${route}`.slice(0, LONGEST_NAME)
  }

  /** The series of its holder. Nothing is made of the holder's name while it is the same. */
  seriesOfHolder(bind: (holder: string) => CounterSeries): CounterSeries {
    const request = this.#request
    const work = workNameOf(request?.work)
    const route = work === undefined ? routeIn(request?.context) : undefined
    if (this.#series !== undefined && work === this.#workOfSeries && route === this.#routeOfSeries) return this.#series
    this.#workOfSeries = work
    this.#routeOfSeries = route
    return (this.#series = bind(this.holder))
  }

  /** The run of a job or the request that has it; undefined where neither is known. */
  get request(): object | undefined {
    return this.#request?.work ?? requestIn(this.#request?.context)
  }

  /** Where it was checked out, where places are captured. */
  get place(): string | undefined {
    return placeIn(this.#request?.place?.stack)
  }

  /**
   * How long it has been held without a statement, in milliseconds; 0 while one runs. A client that listens for notifications is kept
   * for that, and is never silent.
   */
  silentMs(now: number, running: RunningQueries | undefined): number {
    if (!this.isHeld || running?.isBusy || isListening(this.client)) return 0
    return Math.max(0, now - Math.max(this.since, running?.endedAt ?? Number.NEGATIVE_INFINITY))
  }
}

function isListening(client: ClientShape): boolean {
  return typeof client.listenerCount === 'function' && client.listenerCount('notification') > 0
}
