import type { Knob } from '@homeostat/optimizer'
import { queueKey, scriptClientOf } from '../signals/queue-client.ts'
import type { Queues } from '../signals/queue-directory.ts'
import { singleOf, whyNotSingle } from './single-queue.ts'
import { LEASE_CHECK, leaseArguments } from './lease-check.ts'

/** Stands for no limit: no fleet runs so many jobs of a queue at once. */
export const NO_LIMIT = 1_000_000
/** KEYS meta. Returns the limit, or an empty text. */
const READ = `return redis.call('HGET', KEYS[1], 'concurrency') or ''`

/** Compares, checks the lease and sets, in one step. KEYS meta; ARGV the expected value, the next one, and the one for no limit. */
const SET = `${LEASE_CHECK}
local found = redis.call('HGET', KEYS[1], 'concurrency') or ARGV[3]
if tonumber(found) ~= tonumber(ARGV[1]) or isOver(2) then return 0 end
if ARGV[2] == ARGV[3] then redis.call('HDEL', KEYS[1], 'concurrency')
else redis.call('HSET', KEYS[1], 'concurrency', ARGV[2]) end
return 1`

/** Options of the knob `queue.concurrency.<name>`. */
export interface QueueLimitOptions {
  readonly queues: Queues
  /** The name of the queue. */
  readonly queue: string
}

/**
 * The most jobs of a queue that all its workers together run at once: what `setGlobalConcurrency` of BullMQ sets. 1,000,000 stands for no
 * limit.
 *
 * BullMQ keeps it in Redis without an end. So it is set under a lease of the fleet only; the way back is recorded with the coordinator before
 * it is set, and whoever has the lease next, or starts next, goes that way. The set itself compares, and refuses a holder whose
 * lease is over by the clock of the queue's own Redis, or who is not the newest: both in one script, whatever the coordinator is. Where the
 * coordinator is the same Redis, the script looks at the lease itself.
 */
export function createQueueLimit({ queues, queue }: QueueLimitOptions): Knob {
  return {
    name: `queue.concurrency.${queue}`,
    scope: 'shared',
    bounds: { min: 1, max: NO_LIMIT, grain: 1 },
    touches: ['queue'],
    lowers: ['cpu', 'memory', 'database'],
    raises: [],
    risk: 2,
    unready: () => whyNotSingle(queues, queue),
    async read() {
      const object = singleOf(queues, queue)
      const client = await scriptClientOf(object)
      const limit = await client.eval(READ, 1, queueKey(object, 'meta'))
      return limit === '' ? NO_LIMIT : Number(limit)
    },
    async compareAndSet(expected, next, lease) {
      const object = singleOf(queues, queue)
      const client = await scriptClientOf(object)
      const checked = await leaseArguments(object, client, lease)
      const keys = [queueKey(object, 'meta'), ...checked.keys]
      const values = [expected, next, NO_LIMIT].map(String)
      return (await client.eval(SET, keys.length, ...keys, ...values, ...checked.values)) === 1
    },
  }
}
