import { QueueOutOfReachError } from '../errors.ts'
import { troubleOf } from '../redis/redis-trouble.ts'
import type { QueueClient, QueueObject } from './queue-object.ts'

/** Runs scripts where a queue is. It rejects with {@link QueueOutOfReachError}, or with what is no matter of Redis. */
export type ScriptClient = Required<Pick<QueueClient, 'eval' | 'isCluster'>>

/**
 * The application's own connection, ready to be used.
 *
 * @throws QueueOutOfReachError where it is not: a script would wait in the application's offline queue, or open a connection that is to be
 * lazy
 */
export async function scriptClientOf(object: QueueObject): Promise<ScriptClient> {
  const client = await (object.backend?.client ?? object.client)
  const { name } = object
  if (client?.eval === undefined) throw new QueueOutOfReachError(name, { trouble: 'driver' })
  if (!isReady(client))
    throw new QueueOutOfReachError(name, { trouble: client.status === 'end' ? 'closed' : 'unreachable' })
  return {
    isCluster: client.isCluster === true,
    async eval(...script) {
      try {
        return await client.eval?.(...script)
      } catch (error) {
        const unable = troubleOf(error)
        throw unable.trouble === 'unknown' ? error : new QueueOutOfReachError(name, unable)
      }
    },
  }
}

/** Whether commands go out at once. A Cluster is `connect` for a while. */
export function isReady({ status, isCluster }: QueueClient): boolean {
  return status === 'ready' || (isCluster === true && status === 'connect')
}

/** A Redis key of a queue by its last part. */
export function queueKey({ keys, qualifiedName }: QueueObject, part: string): string {
  return keys[part] ?? `${qualifiedName}:${part}`
}
