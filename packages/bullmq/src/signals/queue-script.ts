import type { QueueState } from './queue-reading.ts'

/** The parts of the keys that the script is given, in its order. */
export const scriptKeys = [
  'wait',
  'paused',
  'active',
  'delayed',
  'prioritized',
  'waiting-children',
  'failed',
  'meta',
  'events',
] as const

/** The states in its reply, in order. After them: how long the oldest job has waited in ms, or -1; 1 for a paused queue. */
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
 * Reads a queue in one round trip, all at one moment, and writes nothing. Its cost has a fixed limit, however many jobs
 * the queue holds: it looks at about 50 jobs and 500 events at most. BullMQ's own getters are not used: their count
 * script may pop a marker, and their way to a job fetches its data.
 *
 * Arguments: what job keys begin with, and an age in ms that no waiting job can exceed (the floor), or -1.
 *
 * Which jobs can be the oldest? Jobs enter the list on the left in the order of time; `lifo`, stalled and rate-limited
 * jobs and finished parents enter on the right, where jobs are taken. So the 16 jobs that are next, the left end, and
 * jobs at doubling distances are examined; of the prioritized jobs the first ones of up to 16 priorities; and the first
 * delayed job, which waits from its due time also while no worker is free to move it.
 *
 * Since when does a job wait? A job that was only added waits since its `timestamp`. The fields of any other job (tried
 * before, delayed, promoted, a parent) do not show that: BullMQ removes `processedOn` on a retry and sets `delay` to 0 on a
 * promotion. But every such move writes an event `waiting` into the queue's event stream, so the newest events are
 * searched. A delayed job that was moved after its due time has waited since that time. A job whose event is not among
 * them counts from the latest time that its fields and the floor allow: an age is never exaggerated for lack of data.
 *
 * BullMQ 5 renames the list of a paused queue to `paused`, BullMQ 6 leaves it where it is: here the jobs of a paused queue
 * are paused in both, and none of them waits.
 */
export const queueScript = `
local prefix = ARGV[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local floor = tonumber(ARGV[2])
floor = floor >= 0 and now - floor or nil

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
local isPaused = redis.call('HEXISTS', KEYS[8], 'paused')

local oldest = now + 1
local function consider(since)
  if since < oldest then oldest = math.max(since, 0) end
end

local unsure = {}
local unsureCount = 0
local looked = {}
local function look(id)
  if not id or looked[id] or string.sub(id, 1, 2) == '0:' then return end
  looked[id] = true
  local key = prefix .. id
  local job = redis.call('HMGET', key, 'timestamp', 'processedOn', 'opts', 'atm', 'ats', 'attemptsMade', 'stc', 'stacktrace')
  local timestamp = tonumber(job[1] or nil)
  if not timestamp then return end
  local delay = 0
  local ok, opts = pcall(cjson.decode, job[3] or '')
  if ok and type(opts) == 'table' then delay = tonumber(opts['delay']) or 0 end
  local processedOn = tonumber(job[2] or nil)
  local function counts(value) return (tonumber(value or nil) or 0) > 0 end
  local wasTried = processedOn or counts(job[4]) or counts(job[5]) or counts(job[6]) or counts(job[7]) or job[8]
  local isParent = redis.call('EXISTS', key .. ':processed', key .. ':dependencies', key .. ':unsuccessful', key .. ':failed') > 0
  if not wasTried and not isParent and delay <= 0 then
    consider(timestamp)
    return
  end
  local due = (wasTried or isParent) and timestamp or timestamp + delay
  local isUnknown = wasTried or isParent or due > now
  unsure[id] = { due = not isUnknown and due or nil, earliest = math.max(due, processedOn or 0), isUnknown = isUnknown }
  unsureCount = unsureCount + 1
end

if isPaused == 1 then
  paused = paused + wait
  wait = 0
else
  for _, id in ipairs(redis.call('LRANGE', KEYS[1], tail - 15, tail)) do look(id) end
  local distance = 32
  while distance < wait do
    look(redis.call('LINDEX', KEYS[1], tail - distance + 1))
    distance = distance * 2
  end
  if wait > 16 then look(redis.call('LINDEX', KEYS[1], 0)) end

  local minimum = '-inf'
  for _ = 1, 16 do
    local first = redis.call('ZRANGEBYSCORE', KEYS[5], minimum, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if not first[1] then break end
    look(first[1])
    local priority = math.floor(tonumber(first[2]) / 4294967296)
    -- A job that was moved back stands in front of its priority, without a counter.
    local counted = redis.call('ZRANGEBYSCORE', KEYS[5], string.format('(%.0f', priority * 4294967296), '+inf', 'LIMIT', 0, 1)
    look(counted[1])
    minimum = string.format('%.0f', (priority + 1) * 4294967296)
  end

  local delayed = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')
  if delayed[2] then
    local due = math.floor(tonumber(delayed[2]) / 4096)
    if due <= now then consider(due) end
  end

  local last = '+'
  local left = unsureCount
  for _ = 1, 5 do
    if left == 0 then break end
    local events = redis.pcall('XREVRANGE', KEYS[9], last, '-', 'COUNT', 100)
    if events.err then break end
    for _, entry in ipairs(events) do
      last = entry[1]
      -- 'event', its name, 'jobId', the id, then 'prev' or 'delay' with its value.
      local event = entry[2]
      local job = event[3] == 'jobId' and unsure[event[4]]
      if job and not job.isFound then
        if not job.waited then
          if event[2] == 'waiting' then
            job.waited = tonumber(string.match(entry[1], '^%d+'))
            job.isFound = event[6] ~= 'delayed'
            if job.isFound then job.due = nil end
          end
        else
          job.isFound = true
          if event[2] == 'delayed' and event[5] == 'delay' then job.due = tonumber(event[6]) end
        end
        if job.isFound then left = left - 1 end
      end
    end
    if #events < 100 then break end
  end

  for _, job in pairs(unsure) do
    if not job.waited then
      consider(math.max(math.min(job.earliest, now), floor or (job.isUnknown and now) or 0))
    elseif job.due and job.due < job.waited then
      consider(job.due)
    else
      consider(job.waited)
    end
  end
end
return {
  wait, paused, redis.call('LLEN', KEYS[3]), redis.call('ZCARD', KEYS[4]), redis.call('ZCARD', KEYS[5]),
  redis.call('ZCARD', KEYS[6]), redis.call('ZCARD', KEYS[7]), oldest > now and -1 or now - oldest, isPaused
}
`
