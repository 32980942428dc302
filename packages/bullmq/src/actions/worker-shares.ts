import { WorkerNotSetError, WorkerSetElsewhereError } from '../errors.ts'
import type { WorkerObject } from '../signals/queue-object.ts'
import type { Workers } from '../signals/seen-workers.ts'
import { concurrencyOf, type ConcurrencySetting } from './concurrency-setting.ts'

/** A worker that was lowered. */
interface Held {
  /** Its concurrency before. */
  readonly own: number
  /** The concurrency that the last change left. */
  readonly set: number
}

export interface WorkerSharesOptions {
  readonly workers: Workers
  readonly onFault: (error: unknown) => void
}

/**
 * Which share of its own concurrency each worker uses. It is a share because workers come and go: a total would change with
 * them, and look as if a person had set it.
 */
export class WorkerShares {
  readonly #options: WorkerSharesOptions
  #share = 1
  #held = new WeakMap<WorkerObject, Held>()
  /** Not touched again until the share is 1. */
  #left = new WeakSet<WorkerObject>()

  constructor(options: WorkerSharesOptions) {
    this.#options = options
    options.workers.follow({
      // After the code that makes it: `new Worker()` is often followed by setting what its own concurrency is to be.
      seen: worker => queueMicrotask(() => this.#lower(worker)),
      // The share stays, for workers that are observed later: at 1 it would look as if a person had set it.
      ended: () => this.#release(),
    })
  }

  /** The share in force. Notices what others have set meanwhile. */
  read(): number {
    for (const worker of this.#options.workers.open()) this.#visit(worker, () => {})
    return this.#share
  }

  /** Sets every open worker; with 1 each is back at its own value. */
  set(share: number): void {
    this.#share = share
    if (share < 1) for (const worker of this.#options.workers.open()) this.#lower(worker)
    else this.#release()
  }

  /** Why a lower share would change nothing now, in one line; undefined when it would. */
  unready(): string | undefined {
    const open = this.#options.workers.open()
    if (open.length === 0) return 'this process has no BullMQ worker that Homeostat observes'
    const free = open.filter(worker => !this.#left.has(worker))
    if (free.length === 0) return 'somebody else has set the concurrency of every BullMQ worker of this process'
    const own = free.flatMap(worker => this.#held.get(worker)?.own ?? concurrencyOf(worker)?.read() ?? [])
    if (own.length === 0)
      return 'the concurrency of a worker cannot be set in this version of BullMQ; it can in 5 and 6'
    if (own.some(value => value > 1)) return undefined
    return 'every BullMQ worker of this process takes one job at a time already'
  }

  #lower(worker: WorkerObject): void {
    this.#visit(worker, (setting, held) => {
      if (this.#share === 1) return
      const own = held?.own ?? setting.read()
      // Whole jobs and at least one: a worker that stands still would be another thing.
      setting.write(Math.min(own, Math.max(1, Math.round(own * this.#share))))
      this.#held.set(worker, { own, set: setting.read() })
    })
  }

  #release(): void {
    for (const worker of this.#options.workers.open()) {
      this.#visit(worker, (setting, held) => held && setting.write(held.own))
    }
    this.#held = new WeakMap()
    this.#left = new WeakSet()
  }

  /** Hands a worker on with its setting, unless it is left alone, or is from now on because somebody else has set it. */
  #visit(worker: WorkerObject, work: (setting: ConcurrencySetting, held: Held | undefined) => void): void {
    if (this.#left.has(worker)) return
    try {
      const setting = concurrencyOf(worker)
      if (setting === undefined) return
      const held = this.#held.get(worker)
      const found = setting.read()
      if (held && found !== held.set) throw new WorkerSetElsewhereError(worker.name, { ...held, found })
      work(setting, held)
    } catch (error) {
      this.#left.add(worker)
      const isOurs = error instanceof WorkerSetElsewhereError
      this.#options.onFault(isOurs ? error : new WorkerNotSetError(worker.name, { cause: error }))
    }
  }
}
