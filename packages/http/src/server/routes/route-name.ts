import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Exchange, exchangeOf, givenRouteOf } from '../exchange.ts'
import { expressTemplate } from './express-template.ts'

/** The template of the route of a request, as far as the application or a router has said it by now. */
export function routeNameOf(request: IncomingMessage, response: ServerResponse | undefined): string | undefined {
  const exchange = exchangeOf(response)
  return exchange === undefined
    ? (givenRouteOf(response) ?? expressTemplate(request))
    : routeOfExchange(exchange, request)
}

/** The template that the application has named, or that a router has left behind in the request. */
export function routeOfExchange({ route, context }: Exchange, request: object): string | undefined {
  if (route !== undefined) return route
  const matched = context?._matchedRoute
  if (typeof matched === 'string') return matched
  if (matched instanceof RegExp) return String(matched)
  return expressTemplate(request)
}
