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
  'id',
  'limiter',
  'homeostat-lowered',
] as const

/**
 * The states in its reply, in order. After them: how long the oldest job has waited in ms, or -1; 1 for a paused queue; and
 * what `QueueCounts` holds, each -1 where it could not be read: delayed jobs that are due, the counter of added jobs, the limit of
 * all workers together, of the newest events those of adds that made a job, and of adds that made none, the jobs that the rate limit
 * of the queue permits and in how many ms, the jobs that have started in the present ms of a rate limit,
 * and for how many ms the first one of the jobs has been lowered that Homeostat lets run last.
 */
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
 * the queue holds. It looks at about 50 jobs and 500 events at most, and at 250 jobs if `lifo` jobs or many priorities are mixed in.
 * BullMQ's own getters are not used: their count script may pop a marker, and their way to a job fetches its data.
 *
 * Arguments: what job keys begin with, and an age in ms that no waiting job can exceed (the floor), or -1.
 *
 * Which jobs can be the oldest? Jobs enter the list on the left in the order of time; `lifo`, stalled and rate-limited
 * jobs and finished parents enter on the right, where jobs are taken. So the 16 jobs that are next, the left end, and
 * jobs at doubling distances are examined. If one of them is older than the next job, the script searches for the place where the
 * times turn. It examines the first jobs of the first 16 and of the last 48 priorities. And it examines the first delayed job,
 * which waits from its due time also while no worker is free to move it.
 *
 * Since when does a job wait? A job that was only added waits since its `timestamp`. The fields of any other job (tried
 * before, delayed, promoted, a parent) do not show that: BullMQ removes `processedOn` on a retry and sets `delay` to 0 on a
 * promotion. But every such move writes an event `waiting` into the queue's event stream, so the newest events are
 * searched. A delayed job that was moved after its due time has waited since that time. A job whose event is not among
 * them counts from the latest time that its fields and the floor allow: an age is never exaggerated for lack of data. A job from the
 * future was added by a process whose clock is ahead; it is searched for as well.
 *
 * The counts come from commands that Redis may refuse to this user: then they are left out, and the rest is read as before.
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
  if not id or string.sub(id, 1, 2) == '0:' then return end
  if looked[id] ~= nil then return looked[id] or nil end
  looked[id] = false
  local key = prefix .. id
  local job = redis.pcall('HMGET', key, 'timestamp', 'processedOn', 'opts', 'atm', 'ats', 'attemptsMade', 'stc', 'stacktrace')
  if job.err then
    -- A key that does not hold a job must not hide the jobs.
    if string.find(job.err, 'WRONGTYPE', 1, true) then return end
    redis.call('HMGET', key, 'timestamp')
  end
  local timestamp = tonumber(job[1] or nil)
  if not timestamp then return end
  looked[id] = timestamp
  local delay = 0
  local ok, opts = pcall(cjson.decode, job[3] or '')
  if ok and type(opts) == 'table' then delay = tonumber(opts['delay']) or 0 end
  local processedOn = tonumber(job[2] or nil)
  local function counts(value) return (tonumber(value or nil) or 0) > 0 end
  local wasTried = processedOn or counts(job[4]) or counts(job[5]) or counts(job[6]) or counts(job[7]) or job[8]
  local isParent = redis.call('EXISTS', key .. ':processed', key .. ':dependencies', key .. ':unsuccessful', key .. ':failed') > 0
  if not wasTried and not isParent and delay <= 0 and timestamp <= now then
    consider(timestamp)
    return timestamp
  end
  -- The clock of who added the job may be ahead of this one.
  local due = (wasTried or isParent) and timestamp or timestamp + delay
  local isUnknown = wasTried or isParent or due > now
  unsure[id] = { due = not isUnknown and due or nil, earliest = math.max(due, processedOn or 0), isUnknown = isUnknown }
  unsureCount = unsureCount + 1
  return timestamp
end

if isPaused == 1 then
  paused = paused + wait
  wait = 0
else
  for _, id in ipairs(redis.call('LRANGE', KEYS[1], tail - 15, tail)) do look(id) end
  local function at(place) return look(redis.call('LINDEX', KEYS[1], place)) end
  local next = at(tail)
  local isTurned = false
  local distance = 32
  while distance < wait do
    local time = at(tail - distance + 1)
    isTurned = isTurned or (next and time and time < next)
    distance = distance * 2
  end
  if wait > 16 then
    local time = at(0)
    isTurned = isTurned or (next and time and time < next)
  end
  -- An older job behind the next one: where 'lifo' jobs begin, the times from the left fall and then rise.
  local low, high = 0, wait - 1
  for _ = 1, isTurned and 12 or 0 do
    local step = math.max((high - low) / 8, 1)
    local oldestPlace, oldestTime
    for i = 0, 8 do
      local place = math.min(math.floor(low + i * step + 0.5), high)
      local time = at(place)
      if time and (not oldestTime or time < oldestTime) then oldestPlace, oldestTime = place, time end
    end
    if not oldestPlace or step == 1 then break end
    low, high = math.max(low, math.floor(oldestPlace - step)), math.min(high, math.ceil(oldestPlace + step))
  end

  local function ofPriority(score)
    local priority = math.floor(tonumber(score) / 4294967296)
    local lowest = string.format('%.0f', priority * 4294967296)
    look(redis.call('ZRANGEBYSCORE', KEYS[5], lowest, '+inf', 'LIMIT', 0, 1)[1])
    -- A job that was moved back stands in front of its priority, without a counter.
    look(redis.call('ZRANGEBYSCORE', KEYS[5], '(' .. lowest, '+inf', 'LIMIT', 0, 1)[1])
    return lowest, string.format('%.0f', (priority + 1) * 4294967296)
  end
  local minimum, maximum = '-inf', '+inf'
  for _ = 1, 16 do
    local first = redis.call('ZRANGEBYSCORE', KEYS[5], minimum, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if not first[1] then break end
    _, minimum = ofPriority(first[2])
  end
  -- The last priorities starve first.
  for _ = 1, 48 do
    local last = redis.pcall('ZREVRANGEBYSCORE', KEYS[5], maximum, minimum, 'WITHSCORES', 'LIMIT', 0, 1)
    if last.err or not last[1] then break end
    maximum = '(' .. ofPriority(last[2])
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
local function allowed(...)
  local value = redis.pcall(...)
  if type(value) == 'table' and value.err then return -1 end
  return tonumber(value or 0) or -1
end
local due = isPaused == 1 and 0 or allowed('ZCOUNT', KEYS[4], '-inf', string.format('%.0f', (now + 1) * 4096 - 1))
local loweredFor = -1
local firstLowered = redis.pcall('ZRANGE', KEYS[12], 0, 0, 'WITHSCORES')
if firstLowered[2] then loweredFor = math.max(0, now - tonumber(firstLowered[2])) end
local made, unmade, debounced = 0, 0, 0
local newest = redis.pcall('XREVRANGE', KEYS[9], '+', '-', 'COUNT', 20)
if not newest.err then
  for _, entry in ipairs(newest) do
    local name = entry[2][2]
    if name == 'added' then made = made + 1
    elseif name == 'duplicated' or name == 'deduplicated' then unmade = unmade + 1
    elseif name == 'debounced' then debounced = debounced + 1 end
  end
end
return {
  wait, paused, redis.call('LLEN', KEYS[3]), redis.call('ZCARD', KEYS[4]), redis.call('ZCARD', KEYS[5]),
  redis.call('ZCARD', KEYS[6]), redis.call('ZCARD', KEYS[7]), oldest > now and -1 or now - oldest, isPaused,
  due, allowed('GET', KEYS[10]), allowed('HGET', KEYS[8], 'concurrency'), made, math.max(unmade, debounced),
  allowed('HGET', KEYS[8], 'max'), allowed('HGET', KEYS[8], 'duration'),
  allowed('PTTL', KEYS[11]) > 0 and allowed('GET', KEYS[11]) or 0, loweredFor
}
`
