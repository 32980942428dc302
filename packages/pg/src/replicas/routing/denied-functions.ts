/**
 * Functions of Postgres itself that are not volatile, and still do not answer on a replica what they answer on the primary, or need a
 * transaction id, a lock or the state of a session. Names are matched from their beginning.
 */
const DENIED_BEGINNINGS = [
  // Settings, locks, snapshots, statistics, files, sizes and positions of this server.
  'pg_',
  'txid_',
  'inet_server',
  'inet_client',
  'current_',
  'session_',
  'system_user',
  'getpgusername',
  'has_',
  'row_security_active',
  // Large objects.
  'lo_',
  'be_lo_',
  // They read whatever table their argument names.
  'query_to_xml',
  'table_to_xml',
  'schema_to_xml',
  'database_to_xml',
  'cursor_to_xml',
  'ts_stat',
  'ts_rewrite',
  // Extensions that speak to other servers or run texts.
  'dblink',
  'binary_upgrade',
] as const

/** The few of them that only look at their arguments. */
const ALLOWED = new Set([
  'pg_typeof',
  'pg_size_pretty',
  'pg_size_bytes',
  'pg_collation_for',
  'pg_input_is_valid',
  'pg_lsn_mi',
  'pg_lsn_cmp',
])

/** Whether a function of this name is never run on a replica, whatever the catalog says of it. */
export function isDeniedFunction(name: string): boolean {
  return !ALLOWED.has(name) && DENIED_BEGINNINGS.some(beginning => name.startsWith(beginning))
}

/** The values of SQL that are the same in every session: times. A user or a schema belongs to a session. */
export const ALLOWED_VALUES: ReadonlySet<string> = new Set([
  'SVFOP_CURRENT_DATE',
  'SVFOP_CURRENT_TIME',
  'SVFOP_CURRENT_TIME_N',
  'SVFOP_CURRENT_TIMESTAMP',
  'SVFOP_CURRENT_TIMESTAMP_N',
  'SVFOP_LOCALTIME',
  'SVFOP_LOCALTIME_N',
  'SVFOP_LOCALTIMESTAMP',
  'SVFOP_LOCALTIMESTAMP_N',
])
