import { OWN_STATEMENT } from '../../signals/own-statement.ts'

/** Settings of a session by which the same statement may read something else, or answer in another form. */
const SETTINGS = [
  'search_path',
  'TimeZone',
  'timezone_abbreviations',
  'DateStyle',
  'IntervalStyle',
  'extra_float_digits',
  'bytea_output',
  'default_text_search_config',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'xmlbinary',
  'xmloption',
  'transform_null_equals',
  'array_nulls',
]

/**
 * Which server answers, and since when. An address may lead to another server tomorrow, or to one of several. A server that has
 * restarted may show less than before. The start is in seconds: as a text it would depend on the session's time zone.
 */
export const WHO: string = `${OWN_STATEMENT} SELECT system_identifier::text AS system,
concat_ws('/', system_identifier, extract(epoch FROM pg_postmaster_start_time()), inet_server_addr(), inet_server_port(), current_database()) AS id,
current_database()::text AS database, current_user::text AS user_name, array_to_string(current_schemas(false), ',') AS schemas,
(SELECT string_agg(name || '=' || setting, chr(10)) FROM pg_settings WHERE name IN (${SETTINGS.map(name => `'${name}'`).join()})) AS settings,
current_setting('standard_conforming_strings') = 'on' AS is_standard,
(SELECT setting::int8 * CASE unit WHEN 'kB' THEN 1024 WHEN '8kB' THEN 8192 WHEN 'MB' THEN 1048576 ELSE 1 END
  FROM pg_settings WHERE name = 'wal_segment_size')::text AS segment,
CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS replayed
FROM pg_control_system()`

/** What a session of a server is like, before the application has set it up. */
export interface ServerSession {
  readonly database: string
  readonly user: string
  /** The schemas of its search path that exist. */
  readonly schemas: string
  readonly settings: ReadonlySet<string>
}

/** The session in an answer to {@link WHO}. */
export function sessionOf(row: Readonly<Record<string, unknown>>): ServerSession {
  const { database, user_name: user, schemas, settings } = row
  return {
    database: String(database),
    user: String(user),
    schemas: String(schemas),
    settings: new Set(String(settings).split('\n')),
  }
}

/** By what a replica's sessions differ from the primary's, so that the same statement may read something else there. */
export function differencesOf(replica: ServerSession, primary: ServerSession): readonly string[] {
  const settings = [...primary.settings].filter(each => !replica.settings.has(each)).map(each => each.split('=')[0]!)
  if (replica.database !== primary.database) return ['database', ...settings]
  // The path "$user" leads elsewhere for another user, where there is such a schema.
  const isOtherPath = replica.user !== primary.user && replica.schemas !== primary.schemas
  return isOtherPath ? ['user', ...settings] : settings
}

/** Where the primary writes, and in which history. It has neither while it is a replica. */
export const PRIMARY_POSITION: string = `${OWN_STATEMENT} SELECT
CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn() END::text AS position,
CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END AS timeline`

/** What a replica has replayed, and of which history: as it receives it, or as its last restart point knows it. */
export const REPLICA_POSITION: string = `${OWN_STATEMENT} SELECT
CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS position,
lpad(to_hex(greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT received_tli FROM pg_stat_wal_receiver))), 8, '0') AS timeline`
