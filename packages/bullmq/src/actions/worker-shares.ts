import { WorkerNotSetError, WorkerSetElsewhereError } from '../errors.ts'
import type { WorkerObject } from '../signals/queue-object.ts'
import type { Workers } from '../signals/seen-workers.ts'
import { concurrencyOf, wakeMainLoop, type ConcurrencySetting } from './concurrency-setting.ts'

/** The most that a worker is raised to, as a multiple of its own concurrency. */
export const MOST_SHARE = 4

/** A worker that was set. */
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
 *
 * One share is for all workers. Beside it the workers of a queue may be raised. A share below 1 comes first: it relieves the process.
 */
export class WorkerShares {
  readonly #options: WorkerSharesOptions
  #share = 1
  /** By the name of the queue; each above 1. */
  readonly #raised = new Map<string, number>()
  #held = new WeakMap<WorkerObject, Held>()
  /** Not touched again until all shares are 1. */
  #left = new WeakSet<WorkerObject>()

  constructor(options: WorkerSharesOptions) {
    this.#options = options
    options.workers.follow({
      // After the code that makes it: `new Worker()` is often followed by setting what its own concurrency is to be.
      seen: worker => queueMicrotask(() => this.#apply(worker)),
      // The shares stay, for workers that are observed later: at 1 it would look as if a person had set it.
      ended: () => this.#release(),
    })
  }

  /** The share in force for all workers. Notices what others have set meanwhile. */
  read(): number {
    for (const worker of this.#options.workers.open()) this.#visit(worker, () => {})
    return this.#share
  }

  /** Sets every open worker; with 1 each is back at its own value, or at what its queue is raised to. */
  set(share: number): void {
    this.#share = share
    this.#applyAll()
  }

  /** How far the workers of a queue are raised: a multiple of their own concurrency, or 1 if they are not raised. */
  raisedOf(queue: string): number {
    return this.#raised.get(queue) ?? 1
  }

  /** Raises the workers of a queue; with 1 they are back. */
  raise(queue: string, factor: number): void {
    const bounded = Math.min(MOST_SHARE, factor)
    if (bounded > 1) this.#raised.set(queue, bounded)
    else this.#raised.delete(queue)
    this.#applyAll()
  }

  /** The concurrency of the open workers of a queue, as it is now, and their own. */
  of(queue: string): { readonly now: number; readonly own: number; readonly workers: number } {
    const sums = { now: 0, own: 0, workers: 0 }
    for (const worker of this.#free().filter(({ name }) => name === queue)) {
      const now = concurrencyOf(worker)?.read()
      if (now === undefined) continue
      sums.now += now
      sums.own += this.#held.get(worker)?.own ?? now
      sums.workers += 1
    }
    return sums
  }

  /**
   * Why another share would change nothing now, in one line; undefined when it would.
   *
   * @param lowers - whether the share is to be below 1
   * @param queue - for the workers of one queue only
   */
  unready({ lowers = true, queue }: { lowers?: boolean; queue?: string } = {}): string | undefined {
    const isOfQueue = ({ name }: WorkerObject): boolean => queue === undefined || name === queue
    const whose = queue === undefined ? 'of this process' : `of the queue ${queue} in this process`
    if (!this.#options.workers.open().some(isOfQueue))
      return queue === undefined
        ? 'this process has no BullMQ worker that Homeostat observes'
        : `this process has no worker of the queue ${queue} that Homeostat observes`
    const free = this.#free().filter(isOfQueue)
    if (free.length === 0) return `somebody else has set the concurrency of every BullMQ worker ${whose}`
    const own = free.flatMap(worker => this.#held.get(worker)?.own ?? concurrencyOf(worker)?.read() ?? [])
    if (own.length === 0)
      return 'the concurrency of a worker cannot be set in this version of BullMQ; it can in 5 and 6'
    if (!lowers || own.some(value => value > 1)) return undefined
    return `every BullMQ worker ${whose} takes one job at a time already`
  }

  #free(): readonly WorkerObject[] {
    return this.#options.workers.open().filter(worker => !this.#left.has(worker))
  }

  #applyAll(): void {
    if (this.#share === 1 && this.#raised.size === 0) this.#release()
    else for (const worker of this.#options.workers.open()) this.#apply(worker)
  }

  #apply(worker: WorkerObject): void {
    this.#visit(worker, (setting, held) => {
      const own = held?.own ?? setting.read()
      // A worker that takes one job at a time is held as well: what somebody else sets meanwhile is its own value then.
      const isShared = this.#share !== 1 || this.raisedOf(worker.name) > 1
      if (held === undefined && !isShared) return
      this.#write(worker, setting, this.#wantedOf(worker, own))
      if (isShared) this.#held.set(worker, { own, set: setting.read() })
      else this.#held.delete(worker)
    })
  }

  #wantedOf({ name }: WorkerObject, own: number): number {
    // Whole jobs and at least one: a worker that stands still would be another thing.
    if (this.#share < 1) return Math.min(own, Math.max(1, Math.round(own * this.#share)))
    const share = Math.max(this.#share, this.raisedOf(name))
    // Up to the next whole job, so that a worker that takes one job at a time is raised as well.
    return share > 1 ? Math.ceil(own * share) : own
  }

  #write(worker: WorkerObject, setting: ConcurrencySetting, value: number): void {
    const before = setting.read()
    setting.write(value)
    if (value > before) wakeMainLoop(worker)
  }

  #release(): void {
    for (const worker of this.#options.workers.open()) {
      this.#visit(worker, (setting, held) => held && this.#write(worker, setting, held.own))
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
