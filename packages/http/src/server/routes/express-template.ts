import type { ExpressRouter } from './express-mounts.ts'
import { mountPath } from './express-mounts.ts'

/** A layer that was mounted before anybody followed. */
const UNKNOWN_MOUNT = '/*'
/** A router may be mounted within itself. */
const DEEPEST = 10
const MOST_LAYERS = 20_000
const MOST_TEMPLATES = 16

interface ExpressApp {
  readonly mountpath?: unknown
  readonly parent?: ExpressApp
  /** Express 4. */
  readonly _router?: ExpressRouter
  /** Express 5, whose getter makes it; that of Express 4 throws. */
  readonly router?: ExpressRouter
}

/** The part of a request of Express 4 or 5 that is used. */
interface ExpressRequest {
  readonly route?: object | undefined
  readonly app?: ExpressApp
  readonly baseUrl?: unknown
}

/** The templates under which each route can be reached in its application. */
const TEMPLATES = new WeakMap<object, readonly string[]>()

/**
 * The template of the route that a request of Express has matched, with the paths at which its routers are mounted: `/users/:id/orders`.
 * `req.baseUrl` cannot be used, as it holds the values of the parameters.
 *
 * @returns undefined where no route has matched, or the request is not one of Express
 */
export function expressTemplate(request: object): string | undefined {
  const { route, app, baseUrl } = request as ExpressRequest
  if (typeof route !== 'object' || route === null) return undefined
  let templates = TEMPLATES.get(route)
  if (templates === undefined) {
    if (app !== undefined) learnTemplates(app)
    templates = TEMPLATES.get(route)
    if (templates === undefined) {
      templates = [joined(UNKNOWN_MOUNT, pathText((route as { path?: unknown }).path))]
      TEMPLATES.set(route, templates)
    }
  }
  if (templates.length === 1) return templates[0]
  // A router that is mounted at several paths: the one that the request came through.
  const base = typeof baseUrl === 'string' ? baseUrl : ''
  return templates.find(template => startsLike(base, template)) ?? templates[0]
}

/** Notes the templates of all routes of an application. Each is walked to once, and again when a route is added later. */
function learnTemplates(app: ExpressApp): void {
  const root = app._router ?? app.router
  if (root === undefined) return
  let left = MOST_LAYERS
  const walk = (router: ExpressRouter, prefix: string, depth: number): void => {
    if (!Array.isArray(router.stack) || depth > DEEPEST) return
    for (const layer of router.stack) {
      if (left-- <= 0) return
      if (layer.route !== undefined && layer.route !== null)
        note(layer.route, joined(prefix, pathText(layer.route.path)))
      else if (isRouter(layer.handle))
        // A router that is mounted at several paths has one template for each.
        for (const path of [mountPath(layer)].flat(Infinity))
          walk(layer.handle, joined(prefix, pathText(path, UNKNOWN_MOUNT)), depth + 1)
    }
  }
  walk(root, appPrefix(app), 0)
}

function note(route: object, template: string): void {
  const known = TEMPLATES.get(route) ?? []
  if (!known.includes(template) && known.length < MOST_TEMPLATES) TEMPLATES.set(route, [...known, template])
}

/** Where an application is mounted in those around it. */
function appPrefix(app: ExpressApp): string {
  let prefix = ''
  let inner = app
  for (let depth = 0; depth < DEEPEST && inner.parent !== undefined; depth++) {
    prefix = joined(pathText(inner.mountpath), prefix)
    inner = inner.parent
  }
  return prefix
}

function isRouter(handle: unknown): handle is ExpressRouter {
  return typeof handle === 'function' && Array.isArray((handle as Partial<ExpressRouter>).stack)
}

/** A path as the application wrote it: a string, a regular expression, or a list of both. */
function pathText(path: unknown, otherwise = '/'): string {
  if (typeof path === 'string') return path
  if (path instanceof RegExp) return String(path)
  if (Array.isArray(path)) return path.map(part => pathText(part)).join('|')
  return otherwise
}

function joined(prefix: string, path: string): string {
  if (path === '' || path === '/') return prefix === '' ? '/' : prefix
  const base = prefix === '/' ? '' : prefix.replace(/\/$/, '')
  return path.startsWith('/') ? base + path : `${base}/${path}`
}

/** Whether a path begins like a template, segment by segment; a parameter takes any. */
function startsLike(base: string, template: string): boolean {
  const wanted = template.split('/')
  return base.split('/').every((segment, index) => {
    const part = wanted[index]
    return part !== undefined && (/[:*({\\]/.test(part) || part.toLowerCase() === segment.toLowerCase())
  })
}
