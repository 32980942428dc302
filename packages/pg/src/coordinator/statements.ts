// $1 is the service everywhere. clock_timestamp() and not now(): a statement that waited for a lock has to see what time
// it is when it gets it. Leases are never deleted, for the fence lives in their rows.

const HELD = `service = $1 AND kind = 'lease' AND key = $2 AND token = $3 AND fence = $4 AND expires_at > clock_timestamp()`
const after = (parameter: string): string => `clock_timestamp() + ${parameter} * interval '1 millisecond'`

/** $2 key, $3 token, $4 ttl. The record as text, for the application may parse JSON in its own way; cut where it is not ours. */
export const ACQUIRE: string = `INSERT INTO homeostat_lease AS lease (service, kind, key, token, fence, expires_at)
VALUES ($1, 'lease', $2, $3, 1, ${after('$4')})
ON CONFLICT (service, kind, key) DO UPDATE SET token = excluded.token, fence = lease.fence + 1, expires_at = ${after('$4')}
WHERE lease.expires_at <= clock_timestamp() RETURNING fence::text AS fence, left(undo::text, 10001) AS undo`

/** $2 key, $3 token, $4 fence, $5 ttl */
export const RENEW: string = `UPDATE homeostat_lease SET expires_at = ${after('$5')} WHERE ${HELD} RETURNING 1`

/** $2 key, $3 token, $4 fence */
export const RELEASE: string = `UPDATE homeostat_lease SET token = NULL, expires_at = '-infinity' WHERE ${HELD} RETURNING 1`

/** $2 key, $3 token, $4 fence */
export const IS_CURRENT: string = `SELECT 1 FROM homeostat_lease WHERE ${HELD}`

/** $2 key, $3 token, $4 fence. It cannot be acquired until the transaction is over, even if it expires meanwhile. */
export const HOLD: string = `${IS_CURRENT} FOR UPDATE`

/** $2 key, $3 token, $4 fence. Without a token nobody can act under it, and until its end nobody can acquire it. */
export const USE_UP: string = `UPDATE homeostat_lease SET token = NULL WHERE ${HELD} RETURNING 1`

/** $2 key, $3 token, $4 fence, $5 record */
export const RECORD: string = `UPDATE homeostat_lease SET undo = $5 WHERE ${HELD} RETURNING 1`

/** $2 key, $3 token, $4 fence */
export const SETTLE: string = `UPDATE homeostat_lease SET undo = NULL WHERE ${HELD} RETURNING 1`

/** Keys of changes that nobody looks after. A service has some ten knobs; what else is there has its turn another time. */
export const ORPHANED = `SELECT key FROM homeostat_lease
WHERE service = $1 AND kind = 'lease' AND undo IS NOT NULL AND expires_at <= clock_timestamp() ORDER BY random() LIMIT 100`

const LIVE = `service = $1 AND expires_at > clock_timestamp()`

/** $2 member, $3 ttl. A member that is gone for a day is forgotten; SKIP LOCKED, so that two processes that tidy up never wait for each other. */
export const BEAT: string = `WITH beat AS (
  INSERT INTO homeostat_lease (service, kind, key, expires_at) VALUES ($1, 'member', $2, ${after('$3')})
  ON CONFLICT (service, kind, key) DO UPDATE SET expires_at = ${after('$3')}
), gone AS (
  DELETE FROM homeostat_lease WHERE service = $1 AND kind IN ('member', 'slot') AND key IN (
    SELECT key FROM homeostat_lease WHERE service = $1 AND kind IN ('member', 'slot') AND key <> $2
    AND expires_at < clock_timestamp() - interval '1 day' LIMIT 100 FOR UPDATE SKIP LOCKED)
)
SELECT count(*)::int + 1 AS members FROM homeostat_lease WHERE ${LIVE} AND kind = 'member' AND key <> $2`

/** $2 member or holder, $3 kind */
export const LEAVE = `DELETE FROM homeostat_lease WHERE service = $1 AND key = $2 AND kind = $3`

/** The process that comes first runs TAKE_SLOT first: two that count at the same time would both find the last place. */
export const QUEUE_UP = `INSERT INTO homeostat_lease (service, kind, key, expires_at) VALUES ($1, 'gate', 'slots', '-infinity')
ON CONFLICT (service, kind, key) DO UPDATE SET expires_at = '-infinity'`

/** $2 holder, $3 ttl, $4 share of the members */
export const TAKE_SLOT: string = `INSERT INTO homeostat_lease AS slot (service, kind, key, expires_at)
SELECT $1, 'slot', $2, ${after('$3')}
WHERE EXISTS (SELECT FROM homeostat_lease WHERE ${LIVE} AND kind = 'slot' AND key = $2)
OR (SELECT count(*) FROM homeostat_lease WHERE ${LIVE} AND kind = 'slot')
 < (SELECT greatest(1, floor(count(*) * $4::float8)) FROM homeostat_lease WHERE ${LIVE} AND kind = 'member')
ON CONFLICT (service, kind, key) DO UPDATE SET expires_at = greatest(slot.expires_at, ${after('$3')}) RETURNING 1`
