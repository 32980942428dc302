import type { IncomingMessage, ServerResponse } from 'node:http'
import { exchangeOf } from '../server/exchange.ts'
import { currentShedder } from './process-shedding.ts'
import { isHealthCheck } from './route-loads.ts'
import { sendUnavailable } from './unavailable.ts'

/** Handles a request of `node:http`. */
export type NodeHandler<Request extends IncomingMessage, Response extends ServerResponse> = (
  request: Request,
  response: Response,
) => unknown

/**
 * Load shedding for `node:http`, and for everything that is one request handler: refuses requests while the process is overloaded, before the
 * handler sees them. It needs a running Homeostat with the option `http.shed` and mode `act`, and does nothing without.
 *
 * @param handler - the application
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 *
 * const shedding = createServer(sheddingForNode((_request, response) => response.end('Ada')))
 * ```
 */
export function sheddingForNode<Request extends IncomingMessage, Response extends ServerResponse>(
  handler: NodeHandler<Request, Response>,
): NodeHandler<Request, Response> {
  return (request, response) => {
    if (refuse(request, response)) return undefined
    return handler(request, response)
  }
}

/** Answers a request where it has to be refused. */
export function refuse(request: IncomingMessage, response: ServerResponse): boolean {
  const shedder = currentShedder()
  if (shedder === undefined) return false
  shedder.attachAdapter()
  const seconds = shedder.refusal(exchangeOf(response), request, learnedRoute)
  if (seconds === undefined || response.headersSent) return false
  sendUnavailable(response, seconds)
  return true
}

/** No router has looked at the request yet, so its route is that of an earlier one. */
function learnedRoute({ url = '/' }: IncomingMessage): string | undefined {
  const path = url.split('?', 1)[0]!
  // Before the templates: one such as `/:page` would fit it, too.
  return isHealthCheck(path) ? path : currentShedder()?.routeOf(path)
}
