import { fieldOf, isObject } from '@homeostat/signals/options'

// The parts of BullMQ 5 and 6 that the readings depend on.

/** The client inside a Queue or Worker: ioredis, or an adapter of BullMQ 6 around another driver. */
export interface QueueClient {
  /** ioredis: `ready` when commands go out at once; a Cluster says `connect` for a while. */
  readonly status?: string
  readonly isCluster?: boolean
  /** ioredis only. */
  eval?(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
}

/** BullMQ 6 puts this object between a queue and its store. */
export interface QueueBackend {
  readonly client?: Promise<QueueClient>
  getCounts(states: string[]): Promise<readonly number[]>
}

/** A Queue or a Worker of the application. */
export interface QueueObject {
  readonly name: string
  /** `<prefix>:<name>`: queues of one name under two prefixes are two queues. */
  readonly qualifiedName: string
  /** The Redis keys by their last part; `''` is what job keys begin with. */
  readonly keys: Readonly<Record<string, string>>
  /** A promise once `close()` was called. */
  readonly closing?: unknown
  readonly closed?: boolean
  /** BullMQ 6. */
  readonly backend?: QueueBackend
  /** BullMQ 5. */
  readonly client?: Promise<QueueClient>
}

/** A Worker of the application. */
export interface WorkerObject extends QueueObject {
  /** How many jobs it has in flight at most. BullMQ 5.0 can only set it here; the value in use is in `opts` there. */
  concurrency?: number | undefined
  readonly opts?: {
    readonly concurrency?: number
    readonly limiter?: { readonly max?: number; readonly duration?: number }
  }
}

/** How many jobs an object runs at once: a queue runs none. */
export function ownConcurrency(object: WorkerObject): number {
  const own = object.concurrency ?? object.opts?.concurrency
  return typeof own === 'number' && own > 0 ? own : 0
}

export function isOpen(object: QueueObject): boolean {
  return !object.closing && !object.closed
}

/** Whether an object that the application handed over is a `Queue` of BullMQ. */
export function isQueue(object: object): object is QueueObject {
  return isNamedQueue(object) && typeof fieldOf(object, 'getJobCounts') === 'function'
}

/** Whether it is a `Worker`. */
export function isWorker(object: object): object is WorkerObject {
  return isNamedQueue(object) && typeof fieldOf(object, 'getNextJob') === 'function'
}

function isNamedQueue(object: object): boolean {
  const isNamed = ['name', 'qualifiedName'].every(field => typeof fieldOf(object, field) === 'string')
  return isNamed && isObject(fieldOf(object, 'keys'))
}
