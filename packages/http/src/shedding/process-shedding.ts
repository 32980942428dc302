import type { Exchange } from '../server/exchange.ts'

/** Finds the route of a request while the process is overloaded. */
export type RouteFinder<T> = (source: T) => string | undefined

/** What adapters ask about requests. */
export interface Shedding {
  /** An adapter asks about each request. Without one, requests are only counted. */
  attachAdapter(): void
  /**
   * Whether to refuse a request.
   *
   * @param routeOf - asked only while the process is overloaded
   * @returns the seconds for `Retry-After`, or undefined to serve it
   */
  refusal<T>(exchange: Exchange | undefined, source: T, routeOf: RouteFinder<T>): number | undefined
  /** The template of a path that has been served before. */
  routeOf(path: string): string | undefined
}

/** The load shedding of this process: it has one event loop, so it has one. */
let current: Shedding | undefined

/** The one in force; undefined while nobody measures the requests of this process. */
export function currentShedder(): Shedding | undefined {
  return current
}

/** Puts one in force, until it is disposed of; the latest counts. */
export function enforce(shedding: Shedding): Disposable {
  const before = current
  current = shedding
  return {
    [Symbol.dispose]: () => {
      if (current === shedding) current = before
    },
  }
}
