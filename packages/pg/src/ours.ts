const KEY = Symbol.for('homeostat.pg.ours')

type RunsOthers = () => boolean

/**
 * What is ours among the objects of a driver, for every copy of this package: clients that only ask for positions and the catalog, which
 * are not measured, and listeners and methods that run no code of the application.
 */
function marked(): WeakMap<object, RunsOthers> {
  const holder = globalThis as { [KEY]?: WeakMap<object, RunsOthers> }
  return (holder[KEY] ??= new WeakMap())
}

/** Marks an object as ours. @param runsOthers - whether it would run code of the application now. @default it never does */
export function asOurs<T extends object>(own: T, runsOthers: RunsOthers = () => false): T {
  marked().set(own, runsOthers)
  return own
}

/** Whether an object is ours and runs no code of the application. */
export function isOurs(object: unknown): boolean {
  return marked().get(object as object)?.() === false
}
