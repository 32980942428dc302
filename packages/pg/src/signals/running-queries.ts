import type { Database } from './database.ts'
import type { QueryShape } from './driver.ts'

/** What {@link RunningQueries.end} gives for a query that is not running. */
const NOT_RUNNING = -1

/**
 * The queries that the server works on for one connection.
 *
 * That is one at a time unless the client pipelines, so it is remembered here, on an object that lives as long as the
 * connection: a private field on each of the short-lived query objects would cost an allocation a query.
 */
export class RunningQueries {
  /** The database at the other end. */
  readonly database: Database
  #query: QueryShape | undefined
  // A number with a fraction to V8 from the start: it then overwrites it in place, without an allocation.
  #startedAt = Number.NaN
  /** Those of a pipeline that were submitted before `#query`, with their start. */
  #earlier: WeakMap<QueryShape, number> | undefined

  constructor(database: Database) {
    this.database = database
  }

  /** A query is submitted. */
  start(query: QueryShape, now: number): void {
    if (this.#query !== undefined) this.#setAside(this.#query)
    this.#query = query
    this.#startedAt = now
  }

  /** Ends a query, once, and gives the time it was started with; negative when it is not running. */
  end(query: QueryShape): number {
    if (this.#query !== query) return this.#endEarlier(query)
    // Let go of at once: it holds the rows of its result.
    this.#query = undefined
    return this.#startedAt
  }

  // Also what became of a query that ended while nobody looked; weakly, because nothing will end it any more.
  #setAside(query: QueryShape): void {
    this.#earlier ??= new WeakMap()
    this.#earlier.set(query, this.#startedAt)
  }

  #endEarlier(query: QueryShape): number {
    const startedAt = this.#earlier?.get(query)
    if (startedAt === undefined) return NOT_RUNNING
    this.#earlier?.delete(query)
    return startedAt
  }
}
