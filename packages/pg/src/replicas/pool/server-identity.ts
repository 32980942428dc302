import { OWN_STATEMENT } from '../../signals/own-statement.ts'

/**
 * Which server answers, and since when. An address may lead to another server tomorrow, or to one of several. A server that has
 * restarted may show less than before. The start is in seconds: as a text it would depend on the session's time zone.
 */
export const WHO: string = `${OWN_STATEMENT} SELECT system_identifier::text AS system,
concat_ws('/', system_identifier, extract(epoch FROM pg_postmaster_start_time()), inet_server_addr(), inet_server_port()) AS id,
current_setting('standard_conforming_strings') = 'on' AS is_standard,
(SELECT setting::int8 * CASE unit WHEN 'kB' THEN 1024 WHEN '8kB' THEN 8192 WHEN 'MB' THEN 1048576 ELSE 1 END
  FROM pg_settings WHERE name = 'wal_segment_size')::text AS segment,
CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS replayed
FROM pg_control_system()`

/** Where the primary writes, and in which history. It has neither while it is a replica. */
export const PRIMARY_POSITION: string = `${OWN_STATEMENT} SELECT
CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn() END::text AS position,
CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END AS timeline`

/** What a replica has replayed, and of which history: as it receives it, or as its last restart point knows it. */
export const REPLICA_POSITION: string = `${OWN_STATEMENT} SELECT
CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS position,
lpad(to_hex(greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT received_tli FROM pg_stat_wal_receiver))), 8, '0') AS timeline`
