import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'

/** Where the exchange of a response is kept. Shared by copies of this package. */
const EXCHANGE: unique symbol = Symbol.for('homeostat.http.exchange') as never

/** Where the route of a response is kept that the application has named while nothing measures. */
const ROUTE: unique symbol = Symbol.for('homeostat.http.route') as never

/** A response of `node:http`, or a stream of HTTP/2, with its exchange. */
interface WithExchange extends Kept {
  /** That of a response of HTTP/2. */
  readonly stream?: Kept | null
}

interface Kept {
  [EXCHANGE]?: Exchange | undefined
  [ROUTE]?: string
}

/** One request to this process and its response, from the moment at which its headers have been read. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly startedMs: number
  /** The template of the route as far as it is known, e.g. `/users/:id`. */
  route: string | undefined = undefined
  /** The context of Koa, whose router names the route later. */
  context: { readonly _matchedRoute?: unknown } | undefined = undefined
  /** What load shedding keeps about it, once it is admitted. */
  admission: object | undefined = undefined

  /** @param keeper - what it is found by later. @default the response */
  constructor(request: IncomingMessage, response: ServerResponse, startedMs: number, keeper: object = response) {
    this.request = request
    this.response = response
    this.startedMs = startedMs
    ;(keeper as WithExchange)[EXCHANGE] = this
  }
}

/** The exchange of a response of HTTP/1 or HTTP/2, or of a stream; undefined while nothing measures, and for anything else. */
export function exchangeOf(response: object | undefined): Exchange | undefined {
  const kept: WithExchange | undefined = response
  return kept?.[EXCHANGE] ?? kept?.stream?.[EXCHANGE]
}

/**
 * Names the route of a request, for servers that no supported router serves: plain `node:http`, or a router of your own. Call it any time before
 * the response ends. Fastify, Express, NestJS and Koa's router need no call.
 *
 * @param response - the response of `node:http` or `node:http2`, or the stream of `node:http2`
 * @param template - the route with placeholders, e.g. `/users/:id`: never the path itself, which holds ids of people and has no bound
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 *
 * const plain = createServer((_request, response) => {
 *   nameRoute(response, '/users/:id')
 *   response.end('Ada')
 * })
 * ```
 */
export function nameRoute(response: ServerResponse | Http2ServerResponse | ServerHttp2Stream, template: string): void {
  if (typeof template !== 'string' || template === '') return
  const exchange = exchangeOf(response)
  if (exchange !== undefined) exchange.route = template
  // Compression asks for it as well.
  else if (typeof response === 'object' && response !== null) (response as WithExchange)[ROUTE] = template
}

/** The route that {@link nameRoute} gave to a response while nothing measured. */
export function givenRouteOf(response: object | undefined): string | undefined {
  const kept: WithExchange | undefined = response
  return kept?.[ROUTE] ?? kept?.stream?.[ROUTE]
}
