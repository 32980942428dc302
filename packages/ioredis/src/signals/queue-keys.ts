import { disposeTogether, patchMethod, patchModuleFile } from '@homeostat/signals'

/** More queues of one prefix are not told apart: then all keys of that prefix count as BullMQ's. */
const MAX_QUEUES = 256
const MAX_PREFIXES = 64

/** BullMQ's class that makes the names of all its keys. The same in BullMQ 5 and 6. */
interface QueueKeysClass {
  readonly prototype: { prefix?: unknown; getQueueQualifiedName(name: string): string }
}

interface QueuesOfPrefix {
  /** The prefix and the colon that follows it in a key. */
  readonly start: string
  /** Names of queues, each with the colon that follows it in a key; undefined for too many. */
  names: string[] | undefined
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

  /** True for a key that belongs to a queue. Allocates nothing. */
  has(key: string): boolean {
    for (let at = 0; at < this.#queues.length; at++) {
      const { start, names } = this.#queues[at]!
      if (!key.startsWith(start)) continue
      if (names === undefined) return true
      for (let i = 0; i < names.length; i++) if (key.startsWith(names[i]!, start.length)) return true
    }
    return false
  }

  add(prefix: string, name: string): void {
    const start = `${prefix}:`
    const known = this.#queues.find(queues => queues.start === start)
    if (known === undefined) {
      if (this.#queues.length < MAX_PREFIXES) this.#queues.push({ start, names: [`${name}:`] })
      return
    }
    if (known.names === undefined) return
    if (known.names.length < MAX_QUEUES) known.names.push(`${name}:`)
    else known.names = undefined
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
          if (this.#known.size >= MAX_QUEUES * MAX_PREFIXES) return
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
