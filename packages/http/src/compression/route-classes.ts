import { StepMeasurements } from './step-measurements.ts'

/** Routes that share the same levels: one route template, or one content type where there are no templates. */
export interface RouteClass {
  /** The route template, e.g. `/orders/:id`, or `_OTHER`; undefined for a content type. */
  readonly route: string | undefined
  readonly measurements: StepMeasurements
}

/** The class of routes beyond the bound, and of bodies whose route is not known. */
export const OTHER = '_OTHER'
const MOST_CLASSES = 50
const LONGEST_NAME = 200

/** The classes of routes and of content types, at most 50 of each and {@link OTHER}. */
export class RouteClasses {
  readonly #ofRoutes = new Map<string, RouteClass>()
  readonly #ofTypes = new Map<string, RouteClass>()

  /** @param type - the content type, for a body whose route is not known */
  of(route: string | undefined, type?: string): RouteClass {
    const known =
      route === undefined && type !== undefined ? this.#ofTypes.get(type) : this.#ofRoutes.get(route ?? OTHER)
    return known ?? this.#new(route, type)
  }

  all(): Iterable<RouteClass> {
    return [...this.#ofRoutes.values(), ...this.#ofTypes.values()]
  }

  #new(route: string | undefined, type: string | undefined): RouteClass {
    const isType = route === undefined && type !== undefined
    const classes = isType ? this.#ofTypes : this.#ofRoutes
    const name = route ?? type ?? OTHER
    if (name !== OTHER && (name.length > LONGEST_NAME || classes.size >= MOST_CLASSES)) return this.of(OTHER)
    const made = { route: isType ? undefined : name, measurements: new StepMeasurements() }
    classes.set(name, made)
    return made
  }
}
