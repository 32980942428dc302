import type { ServerResponse } from 'node:http'
import { exchangeOf } from '../server/exchange.ts'
import { currentShedder } from './process-shedding.ts'
import { UNAVAILABLE } from './unavailable.ts'

/** The part of a request of Fastify 4 or 5 that is used. */
export interface ShedFastifyRequest {
  readonly routeOptions: { readonly url?: string | undefined }
}

/** The part of a reply of Fastify 4 or 5 that is used. */
export interface ShedFastifyReply {
  readonly raw: ServerResponse
  code(status: number): this
  header(name: string, value: unknown): this
  send(body: unknown): this
}

/** The part of an instance of Fastify 4 or 5 that is used. */
export interface ShedFastify {
  addHook(
    name: 'onRequest',
    hook: (request: ShedFastifyRequest, reply: ShedFastifyReply, done: () => void) => void,
  ): unknown
}

/** A plugin for `register()`. */
export type FastifyShedding = (fastify: ShedFastify, options: object, done: () => void) => void

const routeOf = ({ routeOptions }: ShedFastifyRequest): string | undefined => routeOptions.url

/**
 * Load shedding for Fastify: a plugin that refuses requests while the process is overloaded, in an `onRequest` hook of all routes. Register it
 * before other plugins. It needs a running Homeostat with the option `http.shed` and mode `act`, and does nothing without.
 *
 * @example
 * ```ts
 * import Fastify from 'fastify'
 *
 * const shedding = Fastify()
 * await shedding.register(sheddingForFastify())
 * ```
 */
export function sheddingForFastify(): FastifyShedding {
  const plugin: FastifyShedding = (fastify, _options, done) => {
    fastify.addHook('onRequest', (request, reply, next) => {
      const shedder = currentShedder()
      shedder?.attachAdapter()
      const seconds = shedder?.refusal(exchangeOf(reply.raw), request, routeOf)
      if (seconds === undefined) return next()
      reply
        .code(UNAVAILABLE.status)
        .header('retry-after', seconds)
        .header('content-type', UNAVAILABLE.type)
        .header('cache-control', 'no-store')
        .send(UNAVAILABLE.body)
    })
    done()
  }
  // As fastify-plugin does it: the hook is for the whole application and not for this plugin alone.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}
