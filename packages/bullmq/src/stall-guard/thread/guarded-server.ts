import { after } from '@homeostat/signals'
import type { GuardedQueue } from './guarded-queue.ts'
import { renewalMsOf } from './guarded-queue.ts'
import { LOCK_SCRIPT, type LockTask } from './lock-script.ts'
import { RedisServer, type Home } from './redis-server.ts'
import { RedisTroubleError, troubleOf, type Unable } from '../../redis/redis-trouble.ts'
import type { ServerDescription } from './server-description.ts'

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 10_000
const SHORTEST_ANSWER_MS = 250
const LONGEST_ANSWER_MS = 5000

/** The locks that are renewed or released. */
export interface LockChange {
  readonly task: LockTask
  readonly tokens: readonly string[]
  /** The new time of the locks, or the longest time that is ended. */
  readonly lockMs: number
}

/** The lock of the token at this place was ours. */
export interface ChangedLock {
  readonly place: number
  /** The time that the lock had left. */
  readonly leftMs: number
}

/** Hears whether locks can be renewed. */
export interface ServerListener {
  /** Called once for each time in which it cannot renew. */
  unable(unable: Unable): void
  /** It can again. */
  able(): void
}

/**
 * Renews the locks of queues of one Redis. It stays connected, and tries at once whether it may do what a renewal needs: whoever is on
 * call learns of a missing permission when the process starts, and not when a job blocks.
 */
export class GuardedServer {
  readonly #server: RedisServer
  readonly #listener: ServerListener
  readonly #queues = new Map<number, { readonly queue: GuardedQueue; readonly home: Home }>()
  #retry: Disposable | undefined
  #retryMs = FIRST_RETRY_MS
  /** Unknown at first: what the event loop knows may come from a thread before this one. */
  #isUnable: boolean | undefined
  #isClosed = false

  constructor(description: ServerDescription, listener: ServerListener) {
    this.#server = new RedisServer(description, () => this.#tryLater())
    this.#listener = listener
  }

  add(queue: GuardedQueue): void {
    this.#queues.set(queue.id, { queue, home: {} })
    void this.#try()
  }

  /** @returns whether a queue is left */
  remove(id: number): boolean {
    this.#queues.delete(id)
    return this.#queues.size > 0
  }

  close(): void {
    this.#isClosed = true
    this.#retry?.[Symbol.dispose]()
    this.#server.close()
  }

  /** Nothing is returned for locks that hold another token by now, and for all when Redis is in trouble. */
  async change({ id }: GuardedQueue, change: LockChange): Promise<readonly ChangedLock[]> {
    const known = this.#queues.get(id)
    if (known === undefined) return []
    try {
      const changed = pairsIn(await this.#run(known.queue, known.home, change))
      // Without a lock of ours the script has extended nothing, and what it may do is as unknown as before.
      if (changed.length > 0) this.#succeeded()
      return changed
    } catch (error) {
      this.#failed(error)
      this.#tryLater()
      return []
    }
  }

  #run(queue: GuardedQueue, home: Home, { task, tokens, lockMs }: LockChange): Promise<unknown> {
    const command = [
      'EVAL',
      LOCK_SCRIPT,
      '3',
      queue.activeKey,
      queue.stalledKey,
      queue.stalledCheckKey,
      queue.jobPrefix,
      String(Math.ceil(lockMs)),
      task,
      ...tokens,
    ]
    const answerMs = Math.min(Math.max(renewalMsOf(queue.lockMs), SHORTEST_ANSWER_MS), LONGEST_ANSWER_MS)
    return this.#server.run(home, command, answerMs)
  }

  /** Connects to every queue's server, and tries what a renewal does. */
  async #try(): Promise<void> {
    try {
      for (const { queue, home } of this.#queues.values())
        await this.#run(queue, home, { task: 'renew', tokens: [], lockMs: queue.lockMs })
      this.#retryMs = FIRST_RETRY_MS
      this.#succeeded()
    } catch (error) {
      // A server that restarts or fails over is back at the second attempt or the third, which is not worth a line.
      if (this.#retryMs > 4 * FIRST_RETRY_MS || !isPassing(error)) this.#failed(error)
      this.#tryLater()
    }
  }

  #failed(error: unknown): void {
    if (this.#isUnable === true || this.#isClosed) return
    this.#isUnable = true
    this.#listener.unable(troubleOf(error))
  }

  #succeeded(): void {
    if (this.#isUnable === false || this.#isClosed) return
    this.#isUnable = false
    this.#listener.able()
  }

  #tryLater(): void {
    if (this.#isClosed || this.#queues.size === 0) return
    this.#retry?.[Symbol.dispose]()
    this.#retry = after(this.#retryMs, () => this.#try())
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS)
  }
}

function isPassing(error: unknown): boolean {
  return !(error instanceof RedisTroubleError) || error.trouble === 'unready' || error.trouble === 'unreachable'
}

function pairsIn(reply: unknown): ChangedLock[] {
  if (!Array.isArray(reply)) return []
  const changed: ChangedLock[] = []
  for (let i = 0; i + 1 < reply.length; i += 2)
    changed.push({ place: Number(reply[i]), leftMs: Math.max(0, Number(reply[i + 1])) })
  return changed
}
