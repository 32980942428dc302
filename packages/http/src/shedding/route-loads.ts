import type { GivenPriority } from './priority.ts'
import { routeOfPriority } from './priority-routes.ts'
import { RouteLoad } from './route-load.ts'

/** Most pairs of method and route that are known apart. */
const MOST_LOADS = 500
const OTHER = '_OTHER'
/** Stands for all health checks beyond the bound. */
const HEALTH = '/health'

/** Paths of probes and scrapes, which are answered under any load: who refuses them is restarted, or taken for dead. */
const HEALTH_CHECKS =
  /^\/(?:-\/)?_?(?:health|healthz|healthcheck|health-check|livez|liveness|live|readyz|readiness|ready|ping|metrics)(?:\/(?:live|ready|liveness|readiness|startup))?\/?$/i

/** Options of {@link RouteLoads}. */
export interface RouteLoadsOptions {
  /** By `GET /users/:id`, or by `/users/:id` for all methods. */
  readonly priorities: Readonly<Record<string, GivenPriority>>
}

/** The loads of all routes, found without making a text per request. */
export class RouteLoads {
  readonly #priorities: ReadonlyMap<string, GivenPriority>
  readonly #byRoute = new Map<string | undefined, Map<string | undefined, RouteLoad>>()
  readonly #all: RouteLoad[] = []
  /** The templates with their segments, for those who only have a path; a parameter is undefined. */
  readonly #templates: { readonly route: string; readonly segments: readonly (string | undefined)[] }[] = []

  constructor({ priorities }: RouteLoadsOptions) {
    const given = Object.entries(priorities).map(([text, priority]) => ({ ...routeOfPriority(text), priority }))
    this.#priorities = new Map(given.map(({ key, priority }) => [key, priority]))
    // Known before their first request: `exempt` is never refused.
    for (const template of new Set(given.map(each => each.template))) this.#addTemplate(template)
  }

  /** All that are known. */
  all(): readonly RouteLoad[] {
    return this.#all
  }

  of(method: string | undefined, route: string | undefined): RouteLoad {
    const known = this.#byRoute.get(route)?.get(method)
    if (known !== undefined) return known
    if (this.#all.length < MOST_LOADS || route === OTHER || this.#configured(method, route) !== undefined)
      return this.#add(method, route)
    // Exempt they stay, however many routes there are.
    if (route === undefined || !isHealthCheck(route)) return this.of(OTHER, OTHER)
    return method === OTHER ? this.#add(OTHER, HEALTH) : this.of(OTHER, HEALTH)
  }

  /** The template that a path belongs to, as far as its route has been served before or has a priority; the one with the fewest parameters wins. */
  routeOf(path: string): string | undefined {
    const end = path.search(/[?#]/)
    const segments = (end < 0 ? path : path.slice(0, end)).split('/')
    let best: string | undefined
    let fewest = Number.POSITIVE_INFINITY
    for (const { route, segments: wanted } of this.#templates) {
      if (wanted.length !== segments.length) continue
      let parameters = 0
      const fits = wanted.every((part, index) => {
        if (part !== undefined) return part === segments[index]
        parameters++
        return segments[index] !== ''
      })
      if (fits && parameters < fewest) [best, fewest] = [route, parameters]
    }
    return best
  }

  #add(method: string | undefined, route: string | undefined): RouteLoad {
    const given =
      this.#configured(method, route) ?? (route !== undefined && isHealthCheck(route) ? 'exempt' : undefined)
    const load = new RouteLoad(route, given)
    let ofRoute = this.#byRoute.get(route)
    if (ofRoute === undefined) {
      ofRoute = new Map()
      this.#byRoute.set(route, ofRoute)
      if (route !== undefined) this.#addTemplate(route)
    }
    ofRoute.set(method, load)
    this.#all.push(load)
    return load
  }

  #configured(method: string | undefined, route: string | undefined): GivenPriority | undefined {
    return this.#priorities.get(`${method} ${route}`) ?? this.#priorities.get(route ?? '')
  }

  #addTemplate(route: string): void {
    if (!route.startsWith('/') || this.#templates.some(known => known.route === route)) return
    // Express writes a colon that begins no parameter with a backslash.
    const textOf = (part: string): string | undefined =>
      /^[:{*]/.test(part) ? undefined : part.replaceAll(/\\(\W)/g, '$1')
    this.#templates.push({ route, segments: route.split('/').map(textOf) })
  }
}

/** Whether a path, or a template, is one of a health check. */
export function isHealthCheck(path: string): boolean {
  return path.length < 100 && HEALTH_CHECKS.test(path)
}
