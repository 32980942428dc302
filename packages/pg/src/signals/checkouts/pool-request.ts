import { context, type Context } from '@opentelemetry/api'
import { currentWork, type WorkUnit } from '@homeostat/signals'

/** One call for a connection of a pool, from `connect()` until its connection comes back. It is used again, so that a call leaves no garbage. */
export class PoolRequest<Owner = unknown> {
  /** What follows the pool. */
  readonly owner: Owner
  /** NaN for one that has an idle connection at once. */
  askedAt: number = Number.NaN
  /** When a new connection was begun for it; NaN while none was. */
  openedAt: number = Number.NaN
  work: WorkUnit | undefined
  context: Context | undefined
  /** Whether the pool asks itself, for a `pool.query()`. */
  isForQuery = false
  /** Where it was called; undefined unless places are captured. */
  place: { readonly stack?: string } | undefined

  constructor(owner: Owner) {
    this.owner = owner
  }

  get isAtOnce(): boolean {
    return this.askedAt !== this.askedAt
  }

  /** @param place - the function whose caller is to be captured; undefined where no place is */
  begin(now: number, isForQuery: boolean, place: ((...args: never[]) => unknown) | undefined): void {
    this.isForQuery = isForQuery
    this.askedAt = now
    this.openedAt = Number.NaN
    this.work = currentWork()
    this.context = context.active()
    this.place = place && stackAbove(place)
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
