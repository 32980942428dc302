import { LeaseTableMissingError } from '../errors.ts'
import { createTable, hasTable, type OwnTable } from '../own-table.ts'
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

const leaseTable: OwnTable = { name: 'homeostat_lease', statement: LEASE_TABLE, MissingError: LeaseTableMissingError }

export function createLeaseTable(query: CoordinatorQuery): Promise<void> {
  return createTable(query, leaseTable)
}

export function hasLeaseTable(query: CoordinatorQuery): Promise<boolean> {
  return hasTable(query, leaseTable)
}
