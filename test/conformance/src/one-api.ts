import { registerHooks } from 'node:module'

/**
 * Makes this process one application on one SDK line: every `@opentelemetry/api` is the copy of the line, as a real
 * application has exactly one, and what the workspace's own files import of OpenTelemetry is the line's.
 *
 * @param folder - the package that carries the line, with a slash at the end
 */
export function useOneApi(folder: URL): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const isApi = /^@opentelemetry\/api(\/|$)/.test(specifier)
      const isOurs = context.parentURL !== undefined && !context.parentURL.includes('/node_modules/')
      if (!isApi && !(isOurs && specifier.startsWith('@opentelemetry/'))) return nextResolve(specifier, context)
      return nextResolve(specifier, { ...context, parentURL: new URL('package.json', folder).href })
    },
  })
}
