import type { CoordinatorQuery } from './coordinator/session.ts'
import { OWN_STATEMENT } from './signals/own-statement.ts'

/** A table of Homeostat's own in the application's database. */
export interface OwnTable {
  readonly name: string
  /** Creates it if it is not there. */
  readonly statement: string
  /** The class of the error for a table that is missing and may not be created. */
  readonly MissingError: new (statement: string, options?: ErrorOptions) => Error
}

/** Creates the table if it is not there. Looks first: the right to create is not needed where it exists. */
export async function createTable(query: CoordinatorQuery, table: OwnTable): Promise<void> {
  if (await hasTable(query, table)) return
  try {
    await query(`${OWN_STATEMENT} ${table.statement}`)
  } catch (error) {
    // IF NOT EXISTS does not keep two apart who create at the same moment: 23505, 42P07 or 42710, and the other one made it.
    if (await hasTable(query, table)) return
    throw isForbidden(error) ? new table.MissingError(table.statement, { cause: error }) : error
  }
}

export async function hasTable(query: CoordinatorQuery, { name }: OwnTable): Promise<boolean> {
  const [found] = await query(`${OWN_STATEMENT} SELECT to_regclass($1) IS NOT NULL AS exists`, [name])
  return found?.['exists'] === true
}

/** insufficient_privilege, read_only_sql_transaction, invalid_schema_name */
function isForbidden(error: unknown): boolean {
  return ['42501', '25006', '3F000'].includes(String((error as { code?: unknown }).code))
}

/** undefined_table, invalid_schema_name */
export function isTableMissing(error: unknown): boolean {
  return ['42P01', '3F000'].includes(String(Object(error as object).code))
}
