import { StateTableMissingError } from '../errors.ts'
import type { OwnTable } from '../own-table.ts'
import { OWN_STATEMENT } from '../signals/own-statement.ts'

/** What Postgres needs to keep state; for migrations where the application may not create tables itself. */
export const STATE_TABLE = `CREATE TABLE IF NOT EXISTS homeostat_state (
  service text NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (service, key)
)`

export const stateTable: OwnTable = {
  name: 'homeostat_state',
  statement: STATE_TABLE,
  MissingError: StateTableMissingError,
}

/** $1 service, $2 key, $3 most bytes. A longer state returns only its length. */
export const READ: string = `${OWN_STATEMENT} SELECT octet_length(value) AS bytes,
CASE WHEN octet_length(value) <= $3 THEN value END AS value FROM homeostat_state WHERE service = $1 AND key = $2`

/** $1 service, $2 key, $3 text */
export const WRITE: string = `${OWN_STATEMENT} INSERT INTO homeostat_state (service, key, value) VALUES ($1, $2, $3)
ON CONFLICT (service, key) DO UPDATE SET value = excluded.value, saved_at = now()`
