import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuse } from './node-shedding.ts'

/** A middleware of Express 4 or 5, and of anything else that has `next`. */
export type SheddingMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/**
 * Load shedding for Express: a middleware that refuses requests while the process is overloaded. Use it before all others. It needs a
 * running Homeostat with the option `http.shed` and mode `act`, and does nothing without.
 *
 * @example
 * ```ts
 * import express from 'express'
 *
 * const shedding = express()
 * shedding.use(sheddingForExpress())
 * ```
 */
export function sheddingForExpress(): SheddingMiddleware {
  return (request, response, next) => {
    if (!refuse(request, response)) next()
  }
}
