import type { Table } from '../indexes/catalog.ts'
import type { Server } from '../indexes/server.ts'

/** What the server's statistics know of the values of a column, as texts. */
export interface ColumnValues {
  /** The commonest first. */
  readonly common: readonly string[]
  /** Bounds between which equally many of the other rows lie, ascending. */
  readonly bounds: readonly string[]
}

// An array of `anyarray` has no text form that is an array of texts, where its items are arrays themselves.
const VALUES = `SELECT pg_catalog.array_to_json(most_common_vals::text::text[])::text AS common, pg_catalog.array_to_json(histogram_bounds::text::text[])::text AS bounds
  FROM pg_catalog.pg_stats WHERE schemaname = $1 AND tablename = $2 AND attname = $3 ORDER BY inherited DESC LIMIT 1`

/** Undefined where there are no statistics, or this user may not see them. */
export async function valuesOf(
  server: Server,
  { schema, relation }: Pick<Table, 'schema' | 'relation'>,
  column: string,
): Promise<ColumnValues | undefined> {
  const [row] = await server.query(VALUES, [schema, relation, column])
  if (row === undefined) return undefined
  const [common, bounds] = [listOf(row['common']), listOf(row['bounds'])]
  return common.length + bounds.length === 0 ? undefined : { common, bounds }
}

function listOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? (JSON.parse(value) as readonly string[]) : []
}
