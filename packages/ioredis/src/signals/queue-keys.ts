import { disposeTogether, patchMethod, patchModuleFile } from '@homeostat/signals'
import { fieldOf, isObject } from '@homeostat/signals/options'

/** Queues known at once. Reads of further ones count as lookups, which is reported. */
const MAX_QUEUES = 16_384
const COLON = 58
/** V8 keeps whole numbers of so many bits without an object of their own. */
const SMALL = 0x3fff_ffff

/** BullMQ's class that makes the names of all its keys. The same in BullMQ 5 and 6. */
interface QueueKeysClass {
  readonly prototype: { prefix?: unknown; getQueueQualifiedName(name: string): string }
}

/** A queue of BullMQ that the application handed over. */
export interface HandedQueue {
  readonly keys: Readonly<Record<string, unknown>>
}

export function isHandedQueue(object: object): object is HandedQueue {
  return isObject(fieldOf(object, 'keys'))
}

/**
 * The Redis keys of the BullMQ queues in this process, whatever prefix they have.
 *
 * BullMQ reads hashes of its own, also on a connection that it shares with the application's cache. The name of the
 * command does not tell these reads from the application's lookups, only the key does.
 */
export class QueueKeys {
  /** What the keys of each queue start with, `prefix:name:`, by the hash of that without its last colon. */
  readonly #starts = new Map<number, string[]>()
  readonly #known = new Set<string>()
  #longest = 0
  #isFull = false

  /** True for a key that belongs to a queue. Allocates nothing, and takes no longer for more queues or prefixes. */
  has(key: string): boolean {
    const end = Math.min(key.length, this.#longest)
    let hash = 0
    for (let at = 0; at < end; at++) {
      const unit = key.charCodeAt(at)
      // A prefix and a name may hold colons, so a queue may end at each of them.
      if (unit === COLON) {
        const candidates = this.#starts.get(hash & SMALL)
        if (candidates !== undefined)
          for (let i = 0; i < candidates.length; i++) if (key.startsWith(candidates[i]!)) return true
      }
      hash = hashWith(hash, unit)
    }
    return false
  }

  add(prefix: string, name: string): void {
    this.#addStart(`${prefix}:${name}:`)
  }

  /** Adds a handed queue: its key of the name '' is the start of all its keys. */
  addQueue({ keys }: HandedQueue): undefined {
    const start = keys['']
    if (typeof start !== 'string' || !start.endsWith(':')) return
    const queue = start.slice(0, -1)
    if (this.#known.has(queue)) return
    this.#known.add(queue)
    this.#addStart(start)
  }

  #addStart(start: string): void {
    this.#longest = Math.max(this.#longest, start.length)
    let hash = 0
    for (let at = 0; at < start.length - 1; at++) hash = hashWith(hash, start.charCodeAt(at))
    const candidates = this.#starts.get(hash & SMALL)
    if (candidates) candidates.push(start)
    else this.#starts.set(hash & SMALL, [start])
  }

  /** Learns of each queue when BullMQ makes its keys, in every copy of BullMQ that is or was loaded. */
  watch(report: (error: unknown) => void): Disposable {
    const patch = patchModuleFile(
      'bullmq',
      'dist/cjs/classes/queue-keys',
      exports => {
        const { prototype } = (exports as { QueueKeys: QueueKeysClass }).QueueKeys
        const learn = (prefix: unknown, name: string, qualifiedName: string): void => {
          if (this.#isFull || this.#known.has(qualifiedName)) return
          if (typeof prefix !== 'string' || typeof name !== 'string') return
          if (this.#known.size >= MAX_QUEUES) {
            this.#isFull = true
            throw new TooManyQueuesError(MAX_QUEUES)
          }
          this.#known.add(qualifiedName)
          this.add(prefix, name)
        }
        return patchMethod(prototype, 'getQueueQualifiedName', (original, isActive) => {
          return function getQueueQualifiedName(this: QueueKeysClass['prototype'], name) {
            const qualifiedName = original.call(this, name)
            try {
              if (isActive()) learn(this.prefix, name, qualifiedName)
            } catch (error) {
              report(error)
            }
            return qualifiedName
          }
        })
      },
      report,
    )
    return disposeTogether(patch, {
      [Symbol.dispose]: () => {
        this.#known.clear()
        this.#starts.clear()
        this.#longest = 0
        this.#isFull = false
      },
    })
  }
}

/** A hash that grows by one character: a text for each part of a key would be an allocation per reply. */
function hashWith(hash: number, unit: number): number {
  return (Math.imul(hash, 31) + unit) | 0
}

/** Queues are made without end, e.g. one per job. */
class TooManyQueuesError extends RangeError {
  override readonly name = 'TooManyQueuesError'
  readonly code = 'HOMEOSTAT_TOO_MANY_QUEUES'

  constructor(most: number) {
    super(
      `more than ${most} BullMQ queues are in use: what BullMQ reads of further ones counts as lookups of the cache; give BullMQ a connection of its own and leave it out with the option ignore`,
    )
  }
}
