import { context, type Context } from '@opentelemetry/api'
import { currentWork, type WorkUnit } from '@homeostat/signals'

/** One call for a connection of a pool, from `connect()` until its connection comes back. It is used again, so that a call leaves no garbage. */
export class PoolRequest<Owner = unknown> {
  /** What follows the pool. */
  readonly owner: Owner
  /** Whether it has an idle connection at once; {@link askedAt} is that of an earlier call then. */
  isAtOnce = true
  /** Whether a new connection was begun for it; {@link openedAt} is that of an earlier call otherwise. */
  isOpened = false
  askedAt: number = Number.NaN
  openedAt: number = Number.NaN
  work: WorkUnit | undefined
  context: Context | undefined
  /** Whether it waits in the queue of a pool that answers with a timeout. */
  isTimed = false
  /** Whether the pool asks itself, for a `pool.query()`. */
  isForQuery = false
  /** Where it was called; undefined unless places are captured. */
  place: { readonly stack?: string } | undefined

  constructor(owner: Owner) {
    this.owner = owner
  }

  /** @param place - the function whose caller is to be captured; undefined where no place is */
  begin(isForQuery: boolean, place: ((...args: never[]) => unknown) | undefined): void {
    this.isForQuery = isForQuery
    this.isTimed = false
    this.isAtOnce = true
    this.isOpened = false
    this.work = currentWork()
    this.context = context.active()
    this.place = place && stackAbove(place)
  }

  /** It has to wait for a connection. */
  waitsSince(now: number): void {
    this.isAtOnce = false
    this.askedAt = now
  }

  /** A new connection is opened for it. An idle one may have been lost in between. */
  opens(now: number): void {
    if (this.isAtOnce) this.waitsSince(now)
    this.isOpened = true
    this.openedAt = now
  }

  /** Lets go of what it refers to. */
  forget(): void {
    this.work = undefined
    this.context = undefined
    this.place = undefined
  }
}

/** V8 makes the text of it when it is first read. */
function stackAbove(called: (...args: never[]) => unknown): { readonly stack?: string } {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, called)
  return holder
}
