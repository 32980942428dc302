import type { WorkerObject } from '../signals/queue-object.ts'
import type { BlockedJob } from './block-report.ts'
import { TokenSlots } from './thread/shared-memory.ts'

/** A slot has 32 bits. A worker that asks for a job 1000 times per second is at this many after 11 days. */
const MOST_DIGITS = 9
const ZERO = 48

/** The options of a worker that the guard depends on, and the id that its tokens begin with. BullMQ 5 and 6. */
export interface GuardableWorker extends WorkerObject {
  readonly id?: unknown
  readonly opts?: {
    readonly concurrency?: number
    readonly lockDuration?: unknown
    readonly lockRenewTime?: unknown
    readonly skipLockRenewal?: unknown
  }
}

/** The times of a worker's locks, in milliseconds. */
export interface LockTimes {
  readonly lockMs: number
  readonly renewMs: number
}

/**
 * The times of the locks that BullMQ renews for this worker; undefined when it renews none: then locks are the application's, and
 * so is what happens when they expire.
 */
export function lockTimesOf({ opts }: GuardableWorker): LockTimes | undefined {
  const { lockDuration: lockMs, lockRenewTime, skipLockRenewal } = opts ?? {}
  if (skipLockRenewal === true || !isTime(lockMs)) return undefined
  // Undefined before BullMQ has completed its options, which is half of the lock then too.
  const renewMs = lockRenewTime || lockMs / 2
  if (!isTime(renewMs)) return undefined
  return { lockMs, renewMs }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 2_147_483_647
}

/** A token that a worker holds or asks for. It is used again for later tokens, so that a job leaves no garbage. */
export class HeldToken {
  readonly slot: number
  text = ''
  number = 0
  /** The job's name; undefined while the job is only being fetched. */
  jobName: string | undefined
  /** Whether the end of fetching, or of processing, is being waited for. */
  isFollowed = false
  readonly #owner: GuardedWorker

  constructor(owner: GuardedWorker, slot: number) {
    this.#owner = owner
    this.slot = slot
  }

  /** BullMQ got a job with it, which is still to be processed, or none. */
  readonly fetched = (job: unknown): void => {
    this.isFollowed = false
    if (!job) this.drop()
  }

  /** Its job has ended, and BullMQ got the next one with the same token, or none. */
  readonly processed = (next: unknown): void => {
    this.isFollowed = false
    if (!next) return this.drop()
    this.#owner.goesOn()
    this.jobName = undefined
  }

  /** Redis has no lock with it any more, or nobody works on its job. */
  readonly drop = (): void => {
    this.isFollowed = false
    this.#owner.lets(this)
    this.jobName = undefined
  }
}

export interface GuardedWorkerOptions {
  /** The number of the worker in this process, which counts workers from 1. */
  readonly id: number
  readonly times: LockTimes
  /** Called before a token is given back. */
  readonly onEnd: () => void
  /** Called when a token finds no room. */
  readonly onFull: (queue: string) => void
}

/** A worker of the application and the tokens of its jobs, which the thread reads. Does not keep the worker alive. */
export class GuardedWorker {
  readonly id: number
  readonly queue: string
  readonly times: LockTimes
  readonly tokenPrefix: string
  readonly slots: TokenSlots = new TokenSlots()
  readonly #worker: WeakRef<GuardableWorker>
  readonly #held = new Map<string, HeldToken>()
  readonly #spare: HeldToken[] = []
  readonly #onEnd: () => void
  readonly #onFull: (queue: string) => void
  #isEnded = false

  constructor(worker: GuardableWorker, { id, times, onEnd, onFull }: GuardedWorkerOptions) {
    this.id = id
    this.queue = worker.name
    this.times = times
    this.tokenPrefix = `${String(worker.id)}:`
    this.#worker = new WeakRef(worker)
    this.#onEnd = onEnd
    this.#onFull = onFull
  }

  /** The worker, unless it was collected. */
  get worker(): GuardableWorker | undefined {
    return this.#worker.deref()
  }

  /** Whether no job of it can need the guard any more. A worker that closes waits for its jobs. */
  get isOver(): boolean {
    const worker = this.worker
    if (this.#isEnded || worker === undefined || worker.closed === true) return true
    return Boolean(worker.closing) && this.#held.size === 0
  }

  /**
   * Holds a token from now on: Redis may lock a job with it. Undefined for a token that the application has chosen, whose locks BullMQ
   * does not renew either.
   */
  hold(token: unknown): HeldToken | undefined {
    if (typeof token !== 'string') return undefined
    return this.#held.get(token) ?? this.#take(token)
  }

  /** A job has ended, and its token goes on. */
  goesOn(): void {
    this.#onEnd()
  }

  /** Gives a token back. */
  lets(held: HeldToken): void {
    this.#onEnd()
    if (!this.#held.delete(held.text)) return
    this.slots.clear(held.slot)
    this.#spare.push(held)
  }

  /** The worker gives its jobs up while they run: other workers are to have them. */
  abandon(): void {
    this.#isEnded = true
    for (const held of this.#held.values()) held.drop()
  }

  jobNameOf(token: number): string | undefined {
    return this.#held.get(`${this.tokenPrefix}${token}`)?.jobName
  }

  /** The jobs that it has, and those that it asks for. */
  jobs(): BlockedJob[] {
    const { id: worker, queue, times } = this
    return [...this.#held.values()].map(({ number: token, jobName }) => ({
      worker,
      token,
      queue,
      jobName,
      lockMs: times.lockMs,
    }))
  }

  #take(text: string): HeldToken | undefined {
    const number = this.#numberIn(text)
    if (number === undefined || this.#isEnded) return undefined
    const held = this.#spare.pop() ?? this.#made()
    if (held === undefined) return undefined
    held.text = text
    held.number = number
    this.slots.set(held.slot, number)
    this.#held.set(text, held)
    return held
  }

  #made(): HeldToken | undefined {
    const slot = this.slots.add()
    if (slot !== -1) return new HeldToken(this, slot)
    this.#onFull(this.queue)
    return undefined
  }

  /** The number behind the prefix. It is read character by character, which is a third of what `startsWith` and `Number` take. */
  #numberIn(token: string): number | undefined {
    const prefix = this.tokenPrefix
    const { length } = prefix
    if (token.length <= length || token.length > length + MOST_DIGITS) return undefined
    for (let at = 0; at < length; at++) if (token.charCodeAt(at) !== prefix.charCodeAt(at)) return undefined
    let number = 0
    for (let at = length; at < token.length; at++) {
      const digit = token.charCodeAt(at) - ZERO
      if (digit < 0 || digit > 9) return undefined
      number = 10 * number + digit
    }
    return number
  }
}
