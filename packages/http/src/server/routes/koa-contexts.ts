import type { ServerResponse } from 'node:http'
import { patchMethod, patchModuleFile } from '@homeostat/signals'
import type { Exchange } from '../exchange.ts'
import { exchangeOf } from '../exchange.ts'

/** The part of a Koa application that is used: koa 2 and 3. */
interface KoaPrototype {
  createContext: (request: unknown, response: ServerResponse) => NonNullable<Exchange['context']>
}

/** Keeps the context of each request of Koa, in which its router leaves the template (`_matchedRoute`, as @koa/router and koa-router do). */
export function followKoa(report: (error: unknown) => void): Disposable {
  return patchModuleFile(
    'koa',
    'lib/application',
    exports => {
      // koa 3 may be loaded as a namespace.
      const application = (exports as { default?: { prototype: KoaPrototype } }).default ?? exports
      return patchMethod(
        (application as { prototype: KoaPrototype }).prototype,
        'createContext',
        (original, isActive) => {
          return function createContext(this: unknown, request, response) {
            const context = original.call(this as KoaPrototype, request, response)
            const exchange = isActive() ? exchangeOf(response) : undefined
            if (exchange !== undefined) exchange.context = context
            return context
          }
        },
      )
    },
    report,
  )
}
