import { QueueUnreadableError } from '../errors.ts'
import type { QueueBackend, QueueClient, QueueObject } from './queue-object.ts'
import type { QueueReading } from './queue-reading.ts'
import { states } from './queue-reading.ts'
import { queueScript, scriptKeys, scriptStates } from './queue-script.ts'

/** Reads a queue through the connection of one of the application's own objects. */
export async function readQueue(object: QueueObject): Promise<QueueReading> {
  const client = await (object.backend?.client ?? object.client)
  if (client?.eval !== undefined) return readRedis(object, client)
  if (object.backend !== undefined) return readBackend(object.backend)
  throw new QueueUnreadableError(object.name, 'it has no client that Homeostat knows')
}

async function readRedis(object: QueueObject, client: QueueClient): Promise<QueueReading> {
  // Otherwise the script would wait in the application's offline queue, or open a connection that is to be lazy.
  if (client.status !== 'ready' && !(client.isCluster && client.status === 'connect')) {
    throw new QueueUnreadableError(object.name, `its connection is ${client.status ?? 'unknown'}`)
  }
  const keys = scriptKeys.map(part => object.keys[part] ?? `${object.qualifiedName}:${part}`)
  const reply = await client.eval?.(queueScript, keys.length, ...keys, object.keys[''] ?? `${object.qualifiedName}:`)
  if (!Array.isArray(reply)) throw new QueueUnreadableError(object.name, 'its reply is no list')
  const oldest = Number(reply[scriptStates.length])
  return {
    jobs: Object.fromEntries(scriptStates.map((state, i) => [state, Number(reply[i])])),
    oldestWaitingSince: oldest >= 0 ? oldest : undefined,
    knowsAge: true,
  }
}

/** Other drivers and stores of BullMQ 6: how many jobs there are, and not how long they wait. */
async function readBackend(backend: QueueBackend): Promise<QueueReading> {
  const counts = await backend.getCounts([...states])
  return {
    jobs: Object.fromEntries(states.map((state, i) => [state, counts[i] ?? 0])),
    oldestWaitingSince: undefined,
    knowsAge: false,
  }
}
