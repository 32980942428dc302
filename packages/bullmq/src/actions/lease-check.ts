import { performance } from 'node:perf_hooks'
import type { FleetLease } from '@homeostat/optimizer/engines'
import { queueKey, type ScriptClient } from '../signals/queue-client.ts'
import type { QueueObject } from '../signals/queue-object.ts'

/** How long an older holder of the lease is kept out by its fence, beyond the end of the present lease. */
const FENCE_MS = 30_000
const CLOCK = `
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)`

/**
 * Lua that checks a lease in the statement of the effect: `isOver(key)` is true for one that is over by this server's clock, or older than
 * the newest that has acted. A lease that is kept in this server is looked at itself. The last four arguments and the keys behind the
 * script's own are those of {@link leaseArguments}.
 */
export const LEASE_CHECK = `
local function isOver(own)
  local last = #ARGV - 3
  local fence = tonumber(ARGV[last])
  if not fence then return false end
  local time = redis.call('TIME')
  if time[1] * 1000 + math.floor(time[2] / 1000) >= tonumber(ARGV[last + 1]) then return true end
  if (tonumber(redis.call('GET', KEYS[own]) or 0) or 0) > fence then return true end
  local isHere = KEYS[own + 1] and redis.call('EXISTS', KEYS[own + 1]) == 1
  if isHere and redis.call('GET', KEYS[own + 2]) ~= ARGV[last + 3] then return true end
  redis.call('SET', KEYS[own], ARGV[last], 'PX', ARGV[last + 2])
  return false
end`

/** The keys and arguments that a script with {@link LEASE_CHECK} takes after its own. */
export interface LeaseArguments {
  readonly keys: readonly string[]
  readonly values: readonly string[]
}

/** The arguments of an effect under a lease, or, without one, of an effect that needs none. */
export async function leaseArguments(
  object: QueueObject,
  client: ScriptClient,
  lease: FleetLease | undefined,
): Promise<LeaseArguments> {
  const keys = [`${object.qualifiedName}:homeostat-fence`]
  if (lease === undefined) return { keys, values: ['', '', '', ''] }
  const serverMs = Number(await client.eval(CLOCK, 1, queueKey(object, 'meta')))
  // Counted from after the answer, so that the end is never later on the server's clock than it really is.
  const leftMs = Math.floor(lease.heldUntil - performance.now())
  const { kept } = lease
  // In a Cluster the lease is on another node.
  if (kept !== undefined && !client.isCluster) keys.push(kept.counter, kept.lease)
  const keepMs = Math.max(0, leftMs) + FENCE_MS
  return { keys, values: [String(lease.fence), String(serverMs + leftMs), String(keepMs), kept?.value ?? ''] }
}
