import { disposeTogether, patchMethod, patchModuleFile } from '@homeostat/signals'

/** More queues of one prefix are not told apart: then all keys of that prefix count as BullMQ's. */
const MAX_QUEUES = 256
const MAX_PREFIXES = 64

/** BullMQ's class that makes the names of all its keys. The same in BullMQ 5 and 6. */
interface QueueKeysClass {
  readonly prototype: { prefix?: unknown; getQueueQualifiedName(name: string): string }
}

/**
 * The Redis keys of the BullMQ queues in this process, whatever prefix they have.
 *
 * BullMQ reads hashes of its own, also on a connection that it shares with the application's cache. The name of the
 * command does not tell these reads from the application's lookups, only the key does.
 */
export class QueueKeys {
  /** Names of queues, each with the colon that follows it in a key, by prefix and colon; undefined for too many. */
  readonly #queues = new Map<string, string[] | undefined>()
  readonly #known = new Set<string>()

  /** True for a key that belongs to a queue. Allocates nothing. */
  has(key: string): boolean {
    for (const [prefix, names] of this.#queues) {
      if (!key.startsWith(prefix)) continue
      if (names === undefined) return true
      for (let i = 0; i < names.length; i++) if (key.startsWith(names[i]!, prefix.length)) return true
    }
    return false
  }

  add(prefix: string, name: string): void {
    const start = `${prefix}:`
    if (!this.#queues.has(start)) {
      if (this.#queues.size < MAX_PREFIXES) this.#queues.set(start, [`${name}:`])
      return
    }
    const names = this.#queues.get(start)
    if (names === undefined) return
    if (names.length < MAX_QUEUES) names.push(`${name}:`)
    else this.#queues.set(start, undefined)
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
        this.#queues.clear()
      },
    })
  }
}
