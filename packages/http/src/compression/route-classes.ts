import { StepMeasurements } from './step-measurements.ts'

/** Routes that share the same levels: one route template, or one content type where there are no templates. */
export interface RouteClass {
  /** The route template, e.g. `/orders/:id`; the content type; or `_OTHER`. */
  readonly name: string
  /** Whether it is never compressed, since its bodies mix secrets with what a client sent (BREACH). */
  readonly isExcluded: boolean
  readonly measurements: StepMeasurements
}

/** The class of routes beyond the bound, and of bodies whose route is not known. */
export const OTHER = '_OTHER'
const MOST_CLASSES = 50
const LONGEST_NAME = 200

/** The classes by name, at most 50 and {@link OTHER}. */
export class RouteClasses {
  readonly #classes = new Map<string, RouteClass>()
  #excluded: ReadonlySet<string> = new Set()

  /** The names that are never compressed from now on. */
  exclude(names: readonly string[]): void {
    this.#excluded = new Set(names)
    this.#classes.clear()
  }

  of(name: string | undefined): RouteClass {
    const known = this.#classes.get(name ?? OTHER)
    if (known !== undefined) return known
    // An excluded one is made whatever the bound: it must not fall into the class of all others.
    const isWithin = this.#classes.size < MOST_CLASSES || this.#excluded.has(name ?? OTHER)
    if (name !== undefined && name !== OTHER && (name.length > LONGEST_NAME || !isWithin)) return this.of(OTHER)
    const made = this.#make(name ?? OTHER)
    this.#classes.set(made.name, made)
    return made
  }

  all(): Iterable<RouteClass> {
    return this.#classes.values()
  }

  #make(name: string): RouteClass {
    return { name, isExcluded: this.#excluded.has(name), measurements: new StepMeasurements() }
  }
}
