/** A route as priorities name it: with its method, or for all methods. */
const WITH_METHOD = /^([a-z-]+) +([/*].*)$/i

/** Why a text names no route; undefined for one that does. */
export function problemOfRoute(text: string): string | undefined {
  const [, method] = WITH_METHOD.exec(text) ?? []
  if (method === undefined ? !/\s/.test(text) : isMethod(method)) return undefined
  return 'is not a route such as GET /users/:id, or /users/:id for all methods'
}

/** The module is not imported: instrumentations patch it, and have to come before its first import. */
function isMethod(method: string): boolean {
  return process.getBuiltinModule('node:http').METHODS.includes(method.toUpperCase())
}

/** The key and the template of a route; the method in capitals, as Node has it. */
export function routeOfPriority(text: string): { readonly key: string; readonly template: string } {
  const [, method, template] = WITH_METHOD.exec(text) ?? []
  if (method === undefined || template === undefined) return { key: text, template: text }
  return { key: `${method.toUpperCase()} ${template}`, template }
}
