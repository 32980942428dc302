import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Registry } from '@homeostat/signals'
import { AnswerSeries } from './answer-series.ts'
import type { Exchange } from './exchange.ts'

/** As the conventions name them; anything else that a client makes up is `_OTHER`. */
export const METHODS: readonly string[] = 'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY _OTHER'.split(' ')
const METHOD_INDEX = new Map(METHODS.map((method, index) => [method, index]))
const OTHER_METHOD = METHODS.length - 1
export const SCHEMES = ['http', 'https'] as const

/** Routes past the bound share this name. */
const OTHER_ROUTE = '_OTHER'
const LONGEST_ROUTE = 200
/** The connection broke before the response was sent. */
const BROKEN = 0

/** The index of a request's method in {@link METHODS}. */
export function methodIndex(method: string | undefined): number {
  return METHOD_INDEX.get(method ?? '') ?? OTHER_METHOD
}

/** The index of a connection's scheme in {@link SCHEMES}. */
export function schemeIndex(socket: Socket | null | undefined): 0 | 1 {
  return (socket as Partial<TLSSocket> | null | undefined)?.encrypted === true ? 1 : 0
}

/**
 * Finds the series of an answer by route, method, scheme and status: two look-ups by strings and numbers that exist already, and no
 * allocation once a series is there.
 */
export class Answers {
  readonly #registry: Registry
  readonly #maxRoutes: number
  /** Where a connection keeps its bytes that are counted already. Another instrumentation counts for itself. */
  readonly #countedBytes = Symbol('homeostat.http.countedBytes')
  readonly #byRoute = new Map<string | undefined, Map<number, AnswerSeries>>()

  /** @param maxRoutes - further ones share the route `_OTHER` */
  constructor(registry: Registry, maxRoutes: number) {
    this.#registry = registry
    this.#maxRoutes = maxRoutes
  }

  record({ request, response, startedMs }: Exchange, route: string | undefined, nowMs: number): void {
    const { socket } = request
    const isSent = response.writableFinished
    const status = isSent || response.headersSent ? response.statusCode : BROKEN
    const key =
      ((status * 2 + (isSent ? 1 : 0)) * METHODS.length + methodIndex(request.method)) * 2 + schemeIndex(socket)
    const ofRoute = this.#byRoute.get(route) ?? this.#newRoute(route)
    let series = ofRoute.get(key)
    if (series === undefined) {
      series = this.#newSeries(route, status, isSent, request.method, socket)
      ofRoute.set(key, series)
    }
    series.record(nowMs - startedMs, this.#newBytes(socket), response)
  }

  /** What was written to a connection since the last answer on it. Exact also where answers overlap. */
  #newBytes(socket: Socket | undefined): number {
    // A stream of HTTP/2 whose connection was gone before anything began.
    if (socket === undefined) return 0
    const total = socket.bytesWritten
    const counted = socket as unknown as Record<symbol, number | undefined>
    const before = counted[this.#countedBytes] ?? 0
    counted[this.#countedBytes] = total
    return total - before
  }

  #newRoute(route: string | undefined): Map<number, AnswerSeries> {
    const isFull = this.#byRoute.size >= this.#maxRoutes && route !== OTHER_ROUTE && route !== undefined
    if (isFull) return this.#byRoute.get(OTHER_ROUTE) ?? this.#newRoute(OTHER_ROUTE)
    const series = new Map<number, AnswerSeries>()
    this.#byRoute.set(route, series)
    return series
  }

  #newSeries(
    route: string | undefined,
    status: number,
    isSent: boolean,
    method: string | undefined,
    socket: Socket,
  ): AnswerSeries {
    const isKnown = route === undefined || this.#byRoute.has(route)
    return new AnswerSeries(this.#registry, {
      method: METHODS[methodIndex(method)]!,
      scheme: SCHEMES[schemeIndex(socket)],
      route: isKnown ? route?.slice(0, LONGEST_ROUTE) : OTHER_ROUTE,
      status: status === BROKEN ? undefined : status,
      errorType: errorTypeOf(status, isSent),
    })
  }
}

/** As the conventions have it: the status where the server failed; and `aborted` where the client did not wait. */
function errorTypeOf(status: number, isSent: boolean): string | undefined {
  if (!isSent) return 'aborted'
  return status >= 500 ? String(status) : undefined
}
