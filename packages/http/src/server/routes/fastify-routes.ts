import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { exchangeOf } from '../exchange.ts'

const CREATED = 'fastify.initialization'

type Hook = (request: unknown, reply: { readonly raw: ServerResponse }, done: () => void) => void

interface RouteOptions {
  readonly url?: unknown
  onRequest?: unknown
}

/** The part of a Fastify instance that is used: fastify 4 and 5. */
export interface FastifyShape {
  addHook(name: 'onRoute', hook: (route: RouteOptions) => void): unknown
}

const NAMED: unique symbol = Symbol.for('homeostat.http.namedRoutes') as never

/**
 * Names the route of every request of Fastify, also of those that a hook or a validation refuses: the first `onRequest` hook of each
 * route notes its template. Fastify's own tracing channel begins behind the validation and costs five times as much.
 *
 * It follows the instances that are made from now on. A route cannot take a hook back, so a hook that is no longer wanted does nothing.
 */
export function followFastify(report: (error: unknown) => void): Disposable {
  const onCreated = (message: unknown): void => {
    try {
      nameFastifyRoutes((message as { fastify: FastifyShape }).fastify)
    } catch (error) {
      report(error)
    }
  }
  subscribe(CREATED, onCreated)
  return { [Symbol.dispose]: () => void unsubscribe(CREATED, onCreated) }
}

/** Names the routes that are added to an instance from now on. Twice does nothing. */
export function nameFastifyRoutes(fastify: FastifyShape): void {
  const named = fastify as { [NAMED]?: true }
  if (named[NAMED]) return
  Object.defineProperty(fastify, NAMED, { value: true, enumerable: false })
  fastify.addHook('onRoute', route => {
    const template = typeof route.url === 'string' && route.url !== '' ? route.url : '/'
    const name: Hook = (_request, reply, done) => {
      // Nothing is kept while nothing measures.
      const exchange = exchangeOf(reply.raw)
      if (exchange !== undefined) exchange.route = template
      done()
    }
    const { onRequest } = route
    route.onRequest = onRequest === undefined || onRequest === null ? [name] : [name, ...[onRequest].flat()]
  })
}
