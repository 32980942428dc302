import { LEASE_CHECK } from '../actions/lease-check.ts'
import { BINDING_OPTIONS } from '../jobs/binding-options.ts'

/** The priority of a lowered job: behind all that applications use. BullMQ's last one is one more. */
export const LOWERED = 2_097_151
/** So many jobs of a queue may be lowered at a time. */
export const MOST_LOWERED = 2000
/** For how long a job is known not to be lowered again. Then it has ended, or its queue has worse trouble than heavy jobs. */
const KNOWN_MS = 86_400_000

/**
 * Finds jobs that may be lowered, next ones first. KEYS wait, meta, lowered, earlier; ARGV what job keys begin with, and the first and
 * last place to look at. Returns their ids and names, in turns.
 *
 * Left out: jobs of a flow, with deduplication, `lifo`, a delay, a repetition or a group, and those that were lowered before.
 */
export const FIND: string = `
if redis.call('HEXISTS', KEYS[2], 'paused') == 1 then return {} end
local found = {}
local ids = redis.call('LRANGE', KEYS[1], ARGV[2], ARGV[3])
for i = #ids, 1, -1 do
  local id = ids[i]
  local key = ARGV[1] .. id
  local job = redis.call('HMGET', key, 'name', 'opts', 'priority', 'parentKey', 'deid', 'rjk')
  local isFree = job[1] and (tonumber(job[3] or 0) or 0) == 0 and not job[4] and not job[5] and not job[6]
  if isFree then
    local ok, opts = pcall(cjson.decode, job[2] or '{}')
    local function has(name) local value = opts[name]; return value ~= nil and value ~= cjson.null and value ~= false and value ~= 0 end
    isFree = ok and type(opts) == 'table' and not (${['delay', ...BINDING_OPTIONS].map(name => `has('${name}')`).join(' or ')})
  end
  if isFree then isFree = redis.call('EXISTS', key .. ':dependencies', key .. ':processed', key .. ':failed', key .. ':unsuccessful') == 0 end
  if isFree then isFree = not redis.call('ZSCORE', KEYS[3], id) and not redis.call('ZSCORE', KEYS[4], id) end
  if isFree then found[#found + 1] = id; found[#found + 1] = job[1] end
end
return found`

/**
 * Lowers jobs that still wait. KEYS wait, prioritized, pc, lowered, earlier, then those of the lease; ARGV what job keys begin with, the
 * priority, the most jobs, and the ids. Returns the ids that it has lowered, or -1 where the lease is over.
 */
export const LOWER: string = `${LEASE_CHECK}
if isOver(6) then return -1 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lowered = {}
local left = tonumber(ARGV[3]) - redis.call('ZCARD', KEYS[4])
for i = 4, #ARGV - 4 do
  local id = ARGV[i]
  if left <= 0 then break end
  local isNew = not redis.call('ZSCORE', KEYS[4], id) and not redis.call('ZSCORE', KEYS[5], id)
  isNew = isNew and redis.call('EXISTS', ARGV[1] .. id) == 1
  -- First the one key that is ours: should this user not be allowed to write it, the job has not been touched.
  if isNew then redis.call('ZADD', KEYS[4], string.format('%.0f', now), id) end
  if isNew and redis.call('LREM', KEYS[1], -1, id) == 0 then
    redis.call('ZREM', KEYS[4], id)
  elseif isNew then
    local count = redis.call('INCR', KEYS[3]) % 4294967296
    redis.call('ZADD', KEYS[2], string.format('%.0f', ARGV[2] * 4294967296 + count), id)
    redis.call('HSET', ARGV[1] .. id, 'priority', ARGV[2])
    lowered[#lowered + 1] = id
    left = left - 1
  end
end
return lowered`

/**
 * Gives lowered jobs their own priority back: they are the next to run, in their order. KEYS wait, prioritized, marker, meta, lowered,
 * earlier, paused; ARGV what job keys begin with, the priority, an age in ms, the most jobs, and the ids; without ids all that were lowered
 * so long ago. Returns how many were put back, and how many were
 * dealt with.
 *
 * A job that somebody has given another priority meanwhile keeps it. One that runs, or waits for its next attempt, has its own priority
 * for that.
 */
export const RESTORE: string = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ids = {}
if #ARGV > 4 then for i = 5, #ARGV do if redis.call('ZSCORE', KEYS[5], ARGV[i]) then ids[#ids + 1] = ARGV[i] end end
else
  local newest = redis.call('ZREVRANGEBYSCORE', KEYS[5], string.format('%.0f', now - ARGV[3]), '-inf', 'LIMIT', 0, ARGV[4])
  for i = #newest, 1, -1 do ids[#ids + 1] = newest[i] end
end
local isPaused = redis.call('HEXISTS', KEYS[4], 'paused') == 1
-- BullMQ 5 keeps the jobs of a paused queue in another list.
local target = isPaused and redis.call('EXISTS', KEYS[7]) == 1 and KEYS[7] or KEYS[1]
local back = 0
-- The newest first: each one is put in front of those before.
for i = #ids, 1, -1 do
  local id = ids[i]
  local key = ARGV[1] .. id
  if tonumber(redis.call('HGET', key, 'priority') or 0) == tonumber(ARGV[2]) then
    redis.call('HSET', key, 'priority', 0)
    if redis.call('ZREM', KEYS[2], id) > 0 then
      redis.call('RPUSH', target, id)
      back = back + 1
    end
  end
  redis.call('ZREM', KEYS[5], id)
  redis.call('ZADD', KEYS[6], string.format('%.0f', now), id)
end
if back > 0 and not isPaused then redis.call('ZADD', KEYS[3], 0, '0') end
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', string.format('%.0f', now - ${KNOWN_MS}))
if #ids > 0 then redis.call('PEXPIRE', KEYS[6], ${KNOWN_MS}) end
return {back, #ids}`
