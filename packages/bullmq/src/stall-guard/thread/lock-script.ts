/** The task of the script. */
export type LockTask =
  /** Extends them, and takes their jobs out of the set of stalled ones. */
  | 'renew'
  /** Ends them: the next check for stalled jobs takes the jobs over. */
  | 'release'

/**
 * Extends the locks that still hold one of our tokens, of jobs that are active, and returns the place of each token among the arguments
 * and the milliseconds that its lock had left. Comparing and extending are one step of Redis, so a lock that somebody else has taken
 * is not touched. A lock is never shortened by a renewal: the application may have extended it by more.
 *
 * It looks through the active jobs for tokens and is not given job ids, because a worker may have been given a job whose id it has
 * not read yet: the answer waits in the socket of the blocked loop. BullMQ's own check for stalled jobs reads the same list. Like BullMQ's
 * scripts it derives the keys of locks from the keys of the queue, which share a slot in a cluster.
 *
 * A release ends each lock that has no more than the given time left. BullMQ takes over a job without a lock that an earlier check has
 * marked, and skips a check that comes within the interval of another one: without help that takes up to two intervals. So the release
 * marks the job as a check does, and lets the next check of any worker happen. Redis may refuse the mark when it is out of memory;
 * then the next check marks the job.
 *
 * Without tokens it tries what it may do, on a lock that cannot exist: BullMQ has no job with an empty id.
 *
 * KEYS: the list of active jobs, the set of stalled ones, the key that makes BullMQ skip checks. ARGV: what keys of jobs begin with; the new
 * time of the locks in milliseconds, or the longest that is ended; `renew` or `release`; the tokens.
 */
export const LOCK_SCRIPT = `
local active, stalled, check = KEYS[1], KEYS[2], KEYS[3]
local prefix, ttl, task = ARGV[1], tonumber(ARGV[2]), ARGV[3]
-- Returns an error unless it is that of a server without memory.
local function mark(id)
  local reply = redis.pcall('SADD', stalled, id)
  if type(reply) == 'table' and reply.err and not string.find(reply.err, 'OOM', 1, true) then return redis.error_reply(reply.err) end
end
if #ARGV == 3 then
  redis.call('LRANGE', active, 0, 0)
  redis.call('GET', prefix .. ':lock')
  redis.call('PTTL', prefix .. ':lock')
  redis.call('PEXPIRE', prefix .. ':lock', ttl)
  local refused = mark('')
  redis.call('SREM', stalled, '')
  return refused or {}
end
local places = {}
for i = 4, #ARGV do places[ARGV[i]] = i - 4 end
local changed = {}
local refused
for _, id in ipairs(redis.call('LRANGE', active, 0, -1)) do
  local lock = prefix .. id .. ':lock'
  local token = redis.call('GET', lock)
  local place = token and places[token]
  if place then
    local left = redis.call('PTTL', lock)
    if task == 'renew' then
      if left < ttl then redis.call('PEXPIRE', lock, ttl) end
      redis.call('SREM', stalled, id)
    elseif left <= ttl then
      redis.call('PEXPIRE', lock, 0)
      redis.call('PEXPIRE', check, 0)
      refused = mark(id) or refused
    end
    changed[#changed + 1] = place
    changed[#changed + 1] = left
  end
end
return refused or changed
`
