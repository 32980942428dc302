import { workNameOf, type WorkUnit } from '@homeostat/signals'
import type { Database } from './database.ts'
import type { QueryShape } from './driver.ts'
import { SessionSettings } from './session-settings.ts'

/** What {@link RunningQueries.end} gives for a query that is not running. */
const NOT_RUNNING = -1
/** A longer text is not kept. */
const LONGEST_TEXT = 16_384

/** The job or the request to which a pool has lent a connection. */
export interface Borrower {
  /** A job or a route by name. */
  readonly sender: string | undefined
  /** What tells one request or one run of a job apart from others. */
  readonly request: object | undefined
  /** Whether its pool submits a statement of its `query()` now, in the same call in which it has lent the connection. */
  readonly isHandedToQuery: boolean
  /** When it was lent. */
  readonly since: number
}

/**
 * The queries that the server works on for one connection.
 *
 * That is one at a time unless the client pipelines, so it is remembered here, on an object that lives as long as the
 * connection: a private field on each of the short-lived query objects would cost an allocation a query.
 */
export class RunningQueries {
  /** The database at the other end. */
  readonly database: Database
  readonly #findBorrower: () => Borrower | undefined
  #borrower: Borrower | undefined
  /** What the application has set for the session. */
  readonly session: SessionSettings = new SessionSettings()
  /** When the last query has ended. */
  endedAt: number = Number.NEGATIVE_INFINITY
  #text: string | undefined
  #query: QueryShape | undefined
  // A number with a fraction to V8 from the start: it then overwrites it in place, without an allocation.
  #startedAt = Number.NaN
  #work: WorkUnit | undefined
  #endedWork: WorkUnit | undefined
  /** Those of a pipeline that were submitted before `#query`, with their start. */
  #earlier: WeakMap<QueryShape, { readonly startedAt: number; readonly work: WorkUnit | undefined }> | undefined

  /** @param borrower - undefined for a connection without a pool */
  constructor(database: Database, borrower: () => Borrower | undefined = () => undefined) {
    this.database = database
    this.#findBorrower = borrower
  }

  /** The loan of the connection: one object for all its loans; undefined without a pool. */
  get borrower(): Borrower | undefined {
    return (this.#borrower ??= this.#findBorrower())
  }

  /** Whether the server works on a query. */
  get isBusy(): boolean {
    return this.#query !== undefined
  }

  /** Since when the server works on the last query that was sent, in milliseconds of the monotonic clock; undefined where it works on none. */
  get busySince(): number | undefined {
    return this.#query === undefined ? undefined : this.#startedAt
  }

  /** The text of the last query; undefined for one without, or with a very long one. In memory only. */
  get text(): string | undefined {
    return this.#text
  }

  /**
   * The name of what the query that {@link end} has ended last was sent for, until it is credited: a job, or a route where the connection
   * is of a pool.
   */
  get endedFor(): string | undefined {
    return workNameOf(this.#endedWork) ?? this.borrower?.sender
  }

  /** What tells the request or the job apart from others that has the connection; undefined without a pool, or outside of one. */
  get request(): object | undefined {
    return this.borrower?.request
  }

  /**
   * Credits the unit of work whose query {@link end} has ended last.
   *
   * @param ms - how long the server worked on it. An answer that came while the loop was held came at some moment of that time:
   *   half of it counts, which is right on average.
   */
  creditWork(ms: number): void {
    this.#endedWork?.statementEnded(ms)
    this.#endedWork = undefined
  }

  /** A query is submitted, on behalf of a unit of work or of none. */
  start(query: QueryShape, now: number, work?: WorkUnit): void {
    if (this.#query !== undefined) this.#setAside(this.#query)
    this.#query = query
    this.#text = query.text !== undefined && query.text.length <= LONGEST_TEXT ? query.text : undefined
    this.#startedAt = now
    this.#work = work
  }

  /** Ends a query, once, and gives the time it was started with; negative when it is not running. */
  end(query: QueryShape): number {
    if (this.#query !== query) return this.#endEarlier(query)
    // Let go of at once: it holds the rows of its result.
    this.#query = undefined
    this.#endedWork = this.#work
    this.#work = undefined
    return this.#startedAt
  }

  // Also what became of a query that ended while nobody looked; weakly, because nothing will end it any more.
  #setAside(query: QueryShape): void {
    this.#earlier ??= new WeakMap()
    this.#earlier.set(query, { startedAt: this.#startedAt, work: this.#work })
  }

  #endEarlier(query: QueryShape): number {
    const earlier = this.#earlier?.get(query)
    if (earlier === undefined) return NOT_RUNNING
    this.#earlier?.delete(query)
    this.#endedWork = earlier.work
    return earlier.startedAt
  }
}
