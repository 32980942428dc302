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
  const [found] = await query("SELECT to_regclass('homeostat_lease') IS NOT NULL AS exists")
  if (found?.['exists'] === true) return
  try {
    await query(LEASE_TABLE)
  } catch (error) {
    const code = (error as { code?: unknown }).code
    // IF NOT EXISTS does not keep two at the same moment apart (unique_violation, duplicate_table): the other one made it.
    if (code === '23505' || code === '42P07') return
    // insufficient_privilege, read_only_sql_transaction, invalid_schema_name
    if (code === '42501' || code === '25006' || code === '3F000') {
      throw new LeaseTableMissingError(LEASE_TABLE, { cause: error })
    }
    throw error
  }
}
