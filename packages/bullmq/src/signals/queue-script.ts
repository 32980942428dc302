import type { QueueState } from './queue-reading.ts'

/** The key parts the script is given, in its order. */
export const scriptKeys = [
  'wait',
  'paused',
  'active',
  'delayed',
  'prioritized',
  'waiting-children',
  'failed',
  'meta',
] as const

/** The states of its reply, in order; after them comes since when the oldest job waits, or -1. */
export const scriptStates: readonly QueueState[] = [
  'waiting',
  'paused',
  'active',
  'delayed',
  'prioritized',
  'waiting-children',
  'failed',
]

/**
 * Reads a queue in one round trip, all at one moment, in constant time and without writing anything.
 *
 * Not BullMQ's own getters: their count script may pop a marker, and their way to a job fetches its data. Jobs wait from
 * `timestamp`, plus the delay they asked for (BullMQ clears the field `delay` when it promotes a job, `opts` keeps it); a
 * job that was tried before waits since its last start at most. The right end of the list goes next, which is the oldest job
 * unless it was added with `lifo`; so both ends are looked at, and the first prioritized job.
 *
 * BullMQ 5 renames the list of a paused queue to `paused`, BullMQ 6 leaves it where it is: here the jobs of a paused queue
 * are paused in both, and none of them is waiting.
 */
export const queueScript = `
local wait = redis.call('LLEN', KEYS[1])
local tail = -1
local marker = redis.call('LINDEX', KEYS[1], -1)
if marker and string.sub(marker, 1, 2) == '0:' then
  wait = wait - 1
  tail = -2
end
local paused = redis.call('LLEN', KEYS[2])
local marked = redis.call('LINDEX', KEYS[2], -1)
if marked and string.sub(marked, 1, 2) == '0:' then paused = paused - 1 end
local oldest = -1
if redis.call('HEXISTS', KEYS[8], 'paused') == 1 then
  paused = paused + wait
  wait = 0
else
  local function look(id)
    if not id or string.sub(id, 1, 2) == '0:' then return end
    local job = redis.call('HMGET', ARGV[1] .. id, 'timestamp', 'processedOn', 'opts')
    local since = tonumber(job[1] or nil)
    if not since then return end
    local ok, opts = pcall(cjson.decode, job[3] or '')
    if ok and type(opts) == 'table' then since = since + (tonumber(opts['delay']) or 0) end
    since = math.max(since, tonumber(job[2] or nil) or 0)
    if oldest < 0 or since < oldest then oldest = since end
  end
  look(redis.call('LINDEX', KEYS[1], tail))
  look(redis.call('LINDEX', KEYS[1], 0))
  look(redis.call('ZRANGE', KEYS[5], 0, 0)[1])
end
return {
  wait, paused, redis.call('LLEN', KEYS[3]), redis.call('ZCARD', KEYS[4]), redis.call('ZCARD', KEYS[5]),
  redis.call('ZCARD', KEYS[6]), redis.call('ZCARD', KEYS[7]), oldest
}
`
