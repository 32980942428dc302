import { disposeTogether, patchMethod, patchModuleFile } from '@homeostat/signals'

/** Queues known at once, over all prefixes; of further ones nothing is learned, and their reads count as lookups. */
const MAX_QUEUES = 16_384
const MAX_PREFIXES = 64
const COLON = 58
/** V8 keeps whole numbers of so many bits without an object of their own. */
const SMALL = 0x3fff_ffff

/** BullMQ's class that makes the names of all its keys. The same in BullMQ 5 and 6. */
interface QueueKeysClass {
  readonly prototype: { prefix?: unknown; getQueueQualifiedName(name: string): string }
}

interface QueuesOfPrefix {
  /** The prefix and the colon that follows it in a key. */
  readonly start: string
  /** Names of queues, each with the colon that follows it in a key, by the hash of their part before the first colon. */
  readonly names: Map<number, string[]>
}

/**
 * The Redis keys of the BullMQ queues in this process, whatever prefix they have.
 *
 * BullMQ reads hashes of its own, also on a connection that it shares with the application's cache. The name of the
 * command does not tell these reads from the application's lookups, only the key does.
 */
export class QueueKeys {
  /** A list, because walking a map allocates an entry for each reply. */
  readonly #queues: QueuesOfPrefix[] = []
  readonly #known = new Set<string>()

  /** True for a key that belongs to a queue. Allocates nothing, and takes no longer for more queues. */
  has(key: string): boolean {
    for (let at = 0; at < this.#queues.length; at++) {
      const { start, names } = this.#queues[at]!
      if (!key.startsWith(start)) continue
      const candidates = names.get(hashUpToColon(key, start.length))
      if (candidates === undefined) continue
      for (let i = 0; i < candidates.length; i++) if (key.startsWith(candidates[i]!, start.length)) return true
    }
    return false
  }

  add(prefix: string, name: string): void {
    const start = `${prefix}:`
    let queues = this.#queues.find(known => known.start === start)
    if (queues === undefined) {
      if (this.#queues.length >= MAX_PREFIXES) return
      queues = { start, names: new Map() }
      this.#queues.push(queues)
    }
    const found = `${name}:`
    const hash = hashUpToColon(found, 0)
    const candidates = queues.names.get(hash)
    if (candidates) candidates.push(found)
    else queues.names.set(hash, [found])
  }

  /** Learns of each queue when BullMQ makes its keys, in every copy of BullMQ that is or was loaded. */
  watch(report: (error: unknown) => void): Disposable {
    const patch = patchModuleFile(
      'bullmq',
      'dist/cjs/classes/queue-keys',
      exports => {
        const { prototype } = (exports as { QueueKeys: QueueKeysClass }).QueueKeys
        const learn = (prefix: unknown, name: string, qualifiedName: string): void => {
          if (this.#known.has(qualifiedName) || typeof prefix !== 'string' || typeof name !== 'string') return
          if (this.#known.size >= MAX_QUEUES) return
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
        this.#queues.length = 0
      },
    })
  }
}

/** A hash of the characters from a place to the next colon: a text of its own for them would be an allocation for each reply. */
function hashUpToColon(text: string, from: number): number {
  let hash = 0
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === COLON) break
    hash = (Math.imul(hash, 31) + unit) | 0
  }
  return hash & SMALL
}
