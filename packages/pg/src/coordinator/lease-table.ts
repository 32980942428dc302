import { LeaseTableMissingError } from '../errors.ts'
import type { CoordinatorQuery } from './session.ts'

/** What Postgres needs to coordinate; for migrations where the application may not create tables itself. */
export const LEASE_TABLE = `CREATE TABLE IF NOT EXISTS homeostat_lease (
  service text NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  token text,
  fence bigint NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  undo jsonb,
  PRIMARY KEY (service, kind, key)
)`

/** Creates the table if it is not there. Looks first: the right to create is not needed where it exists. */
export async function createLeaseTable(query: CoordinatorQuery): Promise<void> {
  if (await hasLeaseTable(query)) return
  try {
    await query(LEASE_TABLE)
  } catch (error) {
    // IF NOT EXISTS does not keep two apart who create at the same moment: 23505, 42P07 or 42710, and the other one made it.
    if (await hasLeaseTable(query)) return
    throw isForbidden(error) ? new LeaseTableMissingError(LEASE_TABLE, { cause: error }) : error
  }
}

async function hasLeaseTable(query: CoordinatorQuery): Promise<boolean> {
  const [found] = await query("SELECT to_regclass('homeostat_lease') IS NOT NULL AS exists")
  return found?.['exists'] === true
}

/** insufficient_privilege, read_only_sql_transaction, invalid_schema_name */
function isForbidden(error: unknown): boolean {
  return ['42501', '25006', '3F000'].includes(String((error as { code?: unknown }).code))
}
