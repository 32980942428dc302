/**
 * What `query.createIndex` keeps of its indexes; for migrations where the application may not create tables itself. A row is there before
 * its index is, so that one whose process was killed before it could put a comment on it is known all the same.
 */
export const INDEX_TABLE = `CREATE TABLE IF NOT EXISTS homeostat_index (
  name text PRIMARY KEY,
  schema text NOT NULL,
  table_oid oid NOT NULL,
  definition text NOT NULL,
  fingerprint text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  outcome text
)`
