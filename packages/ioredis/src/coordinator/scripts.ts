// Every decision is one script: Redis runs a script alone, and only its own clock counts. Redis 6 or later (KEEPTTL).
// The value of a lease is `token:fence`, so that one comparison says that it is held, not expired, and by whom.

/**
 * KEYS lease, fence counter, undo records; ARGV token, ttl, name. Returns the fence and the record left behind; of one that is far
 * longer than ours, an empty text.
 */
export const ACQUIRE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. fence, 'PX', ARGV[2])
if redis.call('HSTRLEN', KEYS[3], ARGV[3]) > 10000 then return {fence, ''} end
return {fence, redis.call('HGET', KEYS[3], ARGV[3])}`

/** KEYS lease; ARGV value, ttl */
export const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

/** KEYS lease; ARGV value */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

/** KEYS lease; ARGV value */
export const IS_CURRENT = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0`

/** KEYS lease, undo records; ARGV value, name, record */
export const RECORD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1`

/** KEYS lease, undo records; ARGV value, name */
export const SETTLE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[2], ARGV[2])
return 1`

/** KEYS undo records */
export const RECORDED = `return redis.call('HKEYS', KEYS[1])`

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function ends(ttl) return string.format('%.0f', now + ttl) end`

/** KEYS members; ARGV member, ttl */
export const BEAT: string = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ends(0))
redis.call('ZADD', KEYS[1], ends(ARGV[2]), ARGV[1])
return redis.call('ZCARD', KEYS[1])`

/** KEYS members or slots, ARGV member or holder */
export const LEAVE = `return redis.call('ZREM', KEYS[1], ARGV[1])`

/** KEYS slots, members; ARGV holder, ttl, share of the members */
export const TAKE_SLOT: string = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ends(0))
local members = redis.call('ZCOUNT', KEYS[2], '(' .. ends(0), '+inf')
local slots = math.max(1, math.floor(members * ARGV[3]))
local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not held and redis.call('ZCARD', KEYS[1]) >= slots then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', math.max(now + ARGV[2], tonumber(held or 0))), ARGV[1])
return 1`

/**
 * Runs an effect only while its lease is held, in one step with the look. With `once` the lease is used up by it: it
 * keeps others out until its end, and nobody can act under it any more.
 */
export function underLease(effect: string, once: boolean): string {
  return `
if redis.call('GET', KEYS[#KEYS]) ~= ARGV[#ARGV] then return redis.error_reply('HOMEOSTAT_LEASE_LOST') end
${once ? "redis.call('SET', KEYS[#KEYS], 'used', 'KEEPTTL')" : ''}
${effect}`
}
