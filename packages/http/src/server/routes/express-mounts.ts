import { patchMethod, patchModuleFile } from '@homeostat/signals'

/** What a router puts its handlers into: a path, as the application wrote it, and a handler or a route. */
export interface ExpressLayer {
  readonly handle?: unknown
  readonly route?: { readonly path?: unknown } | undefined
  /** The pattern of a layer of Express 4. */
  readonly regexp?: { readonly fast_slash?: boolean }
  /** The path of a layer, in recent versions of the package router. */
  readonly rawPath?: unknown
  /** Whether a layer of Express 5 is mounted at the root. */
  readonly slash?: boolean
}

/** A router of Express 4 or 5. */
export interface ExpressRouter {
  readonly stack: readonly ExpressLayer[]
}

const PATHS = new WeakMap<ExpressLayer, unknown>()

/** The path at which a layer was mounted; undefined where it was mounted before anybody followed. */
export function mountPath(layer: ExpressLayer): unknown {
  if (PATHS.has(layer)) return PATHS.get(layer)
  if (layer.rawPath !== undefined) return layer.rawPath
  return layer.slash === true || layer.regexp?.fast_slash === true ? '/' : undefined
}

type Use = (this: ExpressRouter, ...args: unknown[]) => unknown

/** Notes the path of each layer as it is mounted: Express keeps the pattern only, from which `/users/:id` cannot be read. */
export function followExpressMounts(report: (error: unknown) => void): Disposable {
  const patch = (target: { use: Use }): (() => void) =>
    patchMethod(target, 'use', (original, isActive) => {
      return function use(this: ExpressRouter, ...args) {
        const before = this.stack?.length ?? 0
        const result = original.apply(this, args)
        if (isActive()) notePaths(this, before, args[0])
        return result
      }
    })
  const express4 = patchModuleFile('express', 'lib/router/index', exports => patch(exports as { use: Use }), report)
  const express5 = patchModuleFile(
    'router',
    'index',
    exports => patch((exports as { prototype: { use: Use } }).prototype),
    report,
  )
  return {
    [Symbol.dispose]: () => {
      express4[Symbol.dispose]()
      express5[Symbol.dispose]()
    },
  }
}

function notePaths(router: ExpressRouter, from: number, first: unknown): void {
  const { stack } = router
  if (!Array.isArray(stack)) return
  const path = typeof [first].flat(Infinity)[0] === 'function' ? '/' : first
  for (const layer of stack.slice(from) as ExpressLayer[]) PATHS.set(layer, path)
}
