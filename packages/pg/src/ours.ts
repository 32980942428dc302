const KEY = Symbol.for('homeostat.pg.ours')

/**
 * What is ours among the objects of a driver, for every copy of this package: clients that only ask for positions and the catalog, which
 * are not measured, and listeners and methods that run no code of the application.
 */
export function ours(): WeakSet<object> {
  const holder = globalThis as { [KEY]?: WeakSet<object> }
  return (holder[KEY] ??= new WeakSet())
}

/** Marks a function as ours. */
export function asOurs<F extends (...args: never[]) => unknown>(own: F): F {
  ours().add(own)
  return own
}
