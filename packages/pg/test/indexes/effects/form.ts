/** One way for a statement to have planning, or our own look at it, run a function that somebody has written. */
export interface Form {
  readonly name: string
  /** What makes it, in the schema of the form. */
  readonly setup: readonly string[]
  readonly text: string
  readonly values?: readonly unknown[]
  readonly role?: string
  /** What follows the schema of the form in `search_path`. */
  readonly path?: string
}

/** `f(n int)`, declared as given: plpgsql, so that it is never put in line and each call is counted. */
export const tick = (declared: string, name = 'f', language = 'plpgsql'): string =>
  `CREATE FUNCTION ${name}(n int DEFAULT 5) RETURNS int LANGUAGE ${language} ${declared} AS $f$BEGIN RETURN n; END$f$`
export const IMMUTABLE = tick('IMMUTABLE')
export const STABLE = tick('STABLE')
/** A copy of the large table in the schema of the form. */
export const TABLE = 'CREATE TABLE t AS SELECT i AS id, i % 5000 AS ref, i % 3 AS kind FROM generate_series(1, 20000) i'
