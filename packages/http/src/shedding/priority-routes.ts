import { METHODS } from 'node:http'

/** A route as priorities name it: with its method, or for all methods. */
const WITH_METHOD = /^([a-z-]+) +([/*].*)$/i

/** Why a text names no route; undefined for one that does. */
export function problemOfRoute(text: string): string | undefined {
  const [, method] = WITH_METHOD.exec(text) ?? []
  if (method === undefined ? !/\s/.test(text) : METHODS.includes(method.toUpperCase())) return undefined
  return 'is not a route such as GET /users/:id, or /users/:id for all methods'
}

/** The key and the template of a route; the method in capitals, as Node has it. */
export function routeOfPriority(text: string): { readonly key: string; readonly template: string } {
  const [, method, template] = WITH_METHOD.exec(text) ?? []
  if (method === undefined || template === undefined) return { key: text, template: text }
  return { key: `${method.toUpperCase()} ${template}`, template }
}
