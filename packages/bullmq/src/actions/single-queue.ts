import { QueueNotSingleError } from '../errors.ts'
import type { Queues } from '../signals/queue-directory.ts'
import type { QueueObject } from '../signals/queue-object.ts'

/**
 * An open object of the one queue that has this name.
 *
 * @throws QueueNotSingleError if the name belongs to no open queue, or to several queues under different prefixes
 */
export function singleOf(queues: Queues, queue: string): QueueObject {
  const why = whyNotSingle(queues, queue)
  const object = queues.named(queue)[0]?.objects[0]
  if (why !== undefined || object === undefined) throw new QueueNotSingleError(why ?? `the queue ${queue} is closed`)
  return object
}

/** Why a name does not stand for one queue of this process, in one line; undefined when it does. */
export function whyNotSingle(queues: Queues, queue: string): string | undefined {
  const sources = queues.named(queue)
  if (sources.length === 0) return `this process has no open Queue or Worker of the queue ${queue}`
  return sources.length === 1
    ? undefined
    : `${sources.length} queues are called ${queue}, under different prefixes, so it is not clear which one is meant`
}
