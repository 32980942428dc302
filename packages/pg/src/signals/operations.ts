import { OnExistingObject } from './stamp.ts'

const ENDED = -1

/** The queries under way, remembered on the query objects themselves. */
export interface Operations {
  /** A query starts now. A query object that is submitted again starts again. */
  start(query: object, startedAt: number): void
  /** A query ended without ever having been sent. */
  skip(query: object): void
  /** True when the query was started or skipped once, whether it has ended or not. */
  isKnown(query: object): boolean
  /** When the query started, in the clock it was started with; negative when it is not running. */
  startedAt(query: object): number
  /** Ends a running query, so that it is counted once. */
  end(query: object): void
}

/** Each call has private fields of its own, so that two instrumentations in one process both count. */
export function createOperations(): Operations {
  class Operation extends OnExistingObject {
    // The only field: the database is the connection's, and a second one would be paid for by every query.
    #startedAt: number

    constructor(query: object, startedAt: number) {
      super(query)
      this.#startedAt = startedAt
    }

    static start(query: object, startedAt: number): void {
      if (#startedAt in query) query.#startedAt = startedAt
      else void new Operation(query, startedAt)
    }

    static skip(query: object): void {
      Operation.start(query, ENDED)
    }

    static isKnown(query: object): boolean {
      return #startedAt in query
    }

    static startedAt(query: object): number {
      return #startedAt in query ? query.#startedAt : ENDED
    }

    static end(query: object): void {
      const operation = query as Operation
      operation.#startedAt = ENDED
    }
  }
  return Operation
}
