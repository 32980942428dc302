/** One mistake in options of any source. */
export interface OptionProblem {
  /** Where it is, e.g. `pg.slowQueryThresholdMs` or `responses[0].timeoutMs`. */
  readonly path: string
  /** The whole line: the path, what came, what is expected, and what holds now. */
  readonly message: string
  /** The path of the option that a name nobody knows was probably meant to be. */
  readonly meant?: string
}

/** The path below another one. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}
