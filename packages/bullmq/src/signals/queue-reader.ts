import { QueueUnreadableError } from '../errors.ts'
import type { QueueBackend, QueueClient, QueueObject } from './queue-object.ts'
import type { QueueReading } from './queue-reading.ts'
import { states } from './queue-reading.ts'
import { queueScript, scriptKeys, scriptStates } from './queue-script.ts'

export interface ReadOptions {
  /** The reading before this one. */
  readonly previous: QueueReading | undefined
  /** The present in milliseconds since the epoch. */
  readonly clock: () => number
}

/** Reads a queue through the connection of one of the application's own objects. */
export async function readQueue(object: QueueObject, options: ReadOptions): Promise<QueueReading> {
  const client = await (object.backend?.client ?? object.client)
  if (client?.eval !== undefined) return readRedis(object, client, options)
  if (object.backend !== undefined) return readBackend(object.backend)
  throw new QueueUnreadableError(object.name, 'it has no client that Homeostat knows')
}

async function readRedis(
  object: QueueObject,
  client: QueueClient,
  { previous, clock }: ReadOptions,
): Promise<QueueReading> {
  // Otherwise the script would wait in the application's offline queue, or open a connection that is to be lazy.
  if (client.status !== 'ready' && !(client.isCluster && client.status === 'connect')) {
    throw new QueueUnreadableError(object.name, `its connection is ${client.status ?? 'unknown'}`)
  }
  const keys = scriptKeys.map(part => object.keys[part] ?? `${object.qualifiedName}:${part}`)
  const jobPrefix = object.keys[''] ?? `${object.qualifiedName}:`
  const sentAt = clock()
  const floor = previous?.noneWaitsSinceBefore
  // Ages and not times: the server's clock may differ from ours.
  const floorAge = floor === undefined ? -1 : Math.max(0, Math.round(sentAt - floor))
  const reply = await client.eval?.(queueScript, keys.length, ...keys, jobPrefix, String(floorAge))
  if (!Array.isArray(reply)) throw new QueueUnreadableError(object.name, 'its reply is not a list')
  const [oldestAge, isPaused] = reply.slice(scriptStates.length).map(Number)
  const since = oldestAge !== undefined && oldestAge >= 0 ? clock() - oldestAge : undefined
  return {
    jobs: Object.fromEntries(scriptStates.map((state, i) => [state, Number(reply[i])])),
    oldestWaitingSince: since,
    noneWaitsSinceBefore: isPaused === 1 ? undefined : (since ?? sentAt),
    knowsAge: true,
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
  }
}
