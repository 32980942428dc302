import type { Database } from './database.ts'
import { OnExistingObject } from './stamp.ts'

const ENDED = -1

/** The queries under way, remembered on the query objects themselves. */
export interface Operations {
  /** A query starts now. A query object that is submitted again starts again. */
  start(query: object, startedAt: number, database: Database): void
  /** A query ended without ever having been sent. */
  skip(query: object, database: Database): void
  /** True when the query was started or skipped once, whether it has ended or not. */
  isKnown(query: object): boolean
  /** When the query started, in the clock it was started with; negative when it is not running. */
  startedAt(query: object): number
  /** Ends a running query, so that it is counted once, and gives the database it ran on. */
  end(query: object): Database
}

/** Each call has private fields of its own, so that two instrumentations in one process both count. */
export function createOperations(): Operations {
  class Operation extends OnExistingObject {
    #startedAt: number
    #database: Database

    constructor(query: object, startedAt: number, database: Database) {
      super(query)
      this.#startedAt = startedAt
      this.#database = database
    }

    static start(query: object, startedAt: number, database: Database): void {
      if (!(#startedAt in query)) {
        void new Operation(query, startedAt, database)
        return
      }
      query.#startedAt = startedAt
      query.#database = database
    }

    static skip(query: object, database: Database): void {
      Operation.start(query, ENDED, database)
    }

    static isKnown(query: object): boolean {
      return #startedAt in query
    }

    static startedAt(query: object): number {
      return #startedAt in query ? query.#startedAt : ENDED
    }

    static end(query: object): Database {
      const operation = query as Operation
      operation.#startedAt = ENDED
      return operation.#database
    }
  }
  return Operation
}
