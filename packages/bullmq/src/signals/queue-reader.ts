import { errorType } from '@homeostat/signals'
import { RedisTroubleError } from '../redis/redis-trouble.ts'
import { isReady, queueKey } from './queue-client.ts'
import type { QueueBackend, QueueClient, QueueObject } from './queue-object.ts'
import type { QueueCounts, QueueReading } from './queue-reading.ts'
import { states } from './queue-reading.ts'
import { queueScript, scriptKeys, scriptStates } from './queue-script.ts'

/** Its place behind the counts. */
const LOWERED_FOR = 8

export interface ReadOptions {
  /** The reading before this one. */
  readonly previous: QueueReading | undefined
  /** The present in milliseconds since the epoch. */
  readonly clock: () => number
}

/**
 * Reads a queue through the connection of one of the application's own objects. Undefined where the application has not connected yet.
 *
 * @throws RedisTroubleError, or what the client library throws
 */
export async function readQueue(object: QueueObject, options: ReadOptions): Promise<QueueReading | undefined> {
  const client = await (object.backend?.client ?? object.client)
  if (client?.eval !== undefined) return readRedis(object, client, options)
  if (object.backend !== undefined)
    return readBackend(object.backend).catch((error: unknown) => {
      // Without a client it is not Redis, and only its code is known to hold nothing private.
      throw client === undefined ? new RedisTroubleError('store', errorType(error)) : error
    })
  throw new RedisTroubleError('driver')
}

async function readRedis(
  object: QueueObject,
  client: QueueClient,
  { previous, clock }: ReadOptions,
): Promise<QueueReading | undefined> {
  // Otherwise the script would wait in the application's offline queue, or open a connection that is to be lazy.
  if (client.status === 'wait') return undefined
  if (client.status === 'end') throw new RedisTroubleError('closed')
  if (!isReady(client)) throw new RedisTroubleError('unreachable')
  const keys = scriptKeys.map(part => queueKey(object, part))
  const jobPrefix = object.keys[''] ?? `${object.qualifiedName}:`
  const sentAt = clock()
  const floor = previous?.noneWaitsSinceBefore
  // Ages and not times: the server's clock may differ from ours.
  const floorAge = floor === undefined ? -1 : Math.max(0, Math.round(sentAt - floor))
  const reply = await client.eval?.(queueScript, keys.length, ...keys, jobPrefix, String(floorAge))
  if (!Array.isArray(reply)) throw new RedisTroubleError('refused')
  const [oldestAge, isPaused, ...counts] = reply.slice(scriptStates.length).map(Number)
  const loweredFor = counts[LOWERED_FOR] ?? -1
  const since = oldestAge !== undefined && oldestAge >= 0 ? clock() - oldestAge : undefined
  return {
    jobs: Object.fromEntries(scriptStates.map((state, i) => [state, Number(reply[i])])),
    oldestWaitingSince: since,
    noneWaitsSinceBefore: isPaused === 1 ? undefined : (since ?? sentAt),
    knowsAge: true,
    loweredSince: loweredFor >= 0 ? clock() - loweredFor : undefined,
    counts: countsOf(counts, isPaused === 1),
  }
}

/** Other drivers and stores of BullMQ 6: how many jobs there are, and not how long they wait. */
async function readBackend(backend: QueueBackend): Promise<QueueReading> {
  const counts = await backend.getCounts([...states])
  return {
    jobs: Object.fromEntries(states.map((state, i) => [state, counts[i] ?? 0])),
    oldestWaitingSince: undefined,
    noneWaitsSinceBefore: undefined,
    knowsAge: false,
    counts: undefined,
  }
}

function countsOf(
  [
    due = -1,
    added = -1,
    limit = -1,
    newestMade = 0,
    newestUnmade = 0,
    max = -1,
    duration = -1,
    started = 0,
  ]: readonly number[],
  isPaused: boolean,
): QueueCounts | undefined {
  if (!(due >= 0 && added >= 0)) return undefined
  return {
    isPaused,
    due,
    added,
    globalLimit: limit > 0 ? limit : undefined,
    newestMade,
    newestUnmade,
    rateLimit: max > 0 && duration > 0 ? { max, duration } : undefined,
    startedInPeriod: Math.max(0, started),
  }
}
