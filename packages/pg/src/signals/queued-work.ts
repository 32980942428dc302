import { currentWork, type WorkUnit } from '@homeostat/signals'
import type { ClientShape, QueryShape } from './driver.ts'

/** The units of work of queries that wait in their client, which submits them in the context of the query before. */
export class QueuedWork {
  readonly #works = new WeakMap<object, WorkUnit | undefined>()

  /** To be called after the application has called a client: notes the query that waits now, if one does. */
  note(client: ClientShape): void {
    const { _queryQueue: queue = client.queryQueue } = client
    if (!Array.isArray(queue) || queue.length === 0) return
    const query: unknown = queue.at(-1)
    if (typeof query === 'object' && query !== null && !this.#works.has(query)) this.#works.set(query, currentWork())
  }

  /** The unit of work of a query that is submitted now. */
  of(query: QueryShape): WorkUnit | undefined {
    return this.#works.has(query) ? this.#works.get(query) : currentWork()
  }
}
