import { causeOf } from './actions/problem.ts'

/**
 * Why the server refused, in one line that an engineer can act on: by code and cure, never by the server's own text.
 *
 * @param table - our own table that the statements use
 */
export function serverTrouble(error: unknown, table: string): string {
  const { code, cure } = causeOf(error)
  if (code === '42501') return `its user lacks a right: GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} (${code})`
  if (code === '25006') return `it is read-only: use a pool to the primary (${code})`
  if (code === '42P01') return `the table ${table} is missing (${code})`
  return cure === undefined ? code : `${cure} (${code})`
}
