import type { ResourceLimits } from 'node:worker_threads'
import { ignoreRejection, RestartedThread, withoutTracing } from '@homeostat/signals'
import { keyOf } from './client-description.ts'
import { StallGuardLostError } from './errors.ts'
import type { GuardedWorker } from './guarded-worker.ts'
import { registerStack } from './stack-module.ts'
import { renewalProgram, witnessProgram, type ThreadProgram } from './thread-texts.ts'
import type { Unable } from '../redis/redis-trouble.ts'
import { firstMsOf } from './thread/guarded-queue.ts'
import type { News, ThreadTask, WitnessTask } from './thread/messages.ts'
import type { ServerDescription } from './thread/server-description.ts'

export interface GuardThreadsOptions {
  /** The memory of the pulse. */
  readonly pulse: SharedArrayBuffer
  readonly limitMs: number
  /** A thread reports a block, or the jobs it has renewed. */
  readonly onNews: (news: Exclude<News, { kind: 'unable' | 'able' }>) => void
  readonly onFault: (error: unknown) => void
  /** The locks of a worker cannot be renewed. */
  readonly onUnable: (guarded: GuardedWorker, unable: Unable) => void
  /** They can be again. */
  readonly onAble: (guarded: GuardedWorker) => void
  /** Credentials may have been changed in the options of the application's client since they were read. */
  readonly onRefused: (guarded: GuardedWorker) => void
}

type Thread = RestartedThread<News>

/** Room for a connection with TLS and a few thousand tokens. */
const LIMITS: ResourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 }

/** A worker and its server. */
interface Reachable {
  readonly guarded: GuardedWorker
  readonly server: string
}

/** The threads of the guard, and what they know. They are started when there is something to renew and the mode allows it. */
export class GuardThreads implements Disposable {
  readonly #options: GuardThreadsOptions
  readonly #descriptions = new Map<string, ServerDescription>()
  readonly #reachable = new Map<number, Reachable>()
  #threads: Thread[] = []
  #renewer: Thread | undefined

  constructor(options: GuardThreadsOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#reachable.size === 0
  }

  add(guarded: GuardedWorker, description: ServerDescription): void {
    const server = keyOf(description)
    if (this.#reachable.get(guarded.id)?.server === server) return
    this.#descriptions.set(server, description)
    this.#reachable.set(guarded.id, { guarded, server })
    if (this.#renewer) this.#introduce(this.#renewer, { guarded, server })
  }

  remove(id: number): void {
    if (this.#reachable.delete(id)) this.#renewer?.send({ kind: 'ended', id })
  }

  /** Does nothing when they run already. */
  start(): void {
    if (this.#renewer !== undefined) return
    const { pulse, limitMs } = this.#options
    const clockOffsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()
    const task: ThreadTask = { pulse, clockOffsetMs, limitMs }
    withoutTracing(() => {
      this.#renewer = this.#thread('homeostat stall guard', renewalProgram(), task, thread => {
        for (const reachable of this.#reachable.values()) this.#introduce(thread, reachable)
      })
      const stack = registerStack()
      if (stack === undefined) return
      const witness: WitnessTask = { pulse, ...stack }
      this.#thread('homeostat stall witness', witnessProgram(), witness)
    })
  }

  [Symbol.dispose](): void {
    this.#reachable.clear()
    this.#renewer = undefined
    for (const thread of this.#threads) ignoreRejection(thread[Symbol.asyncDispose]())
    this.#threads = []
  }

  #thread(
    name: string,
    program: ThreadProgram,
    task: ThreadTask | WitnessTask,
    onStarted: (thread: Thread) => void = () => {},
  ): Thread {
    const { onFault } = this.#options
    const thread: Thread = new RestartedThread<News>({
      ...program,
      name,
      task,
      limits: LIMITS,
      onMessage: news => this.#hear(news),
      onStarted,
      onLost: ({ why, waitMs, cause }) => onFault(new StallGuardLostError(why, waitMs, cause)),
    })
    this.#threads.push(thread)
    return thread
  }

  #introduce(thread: Thread, { guarded, server }: Reachable): void {
    const { worker, id, tokenPrefix, slots, times } = guarded
    const description = this.#descriptions.get(server)
    if (worker === undefined || description === undefined) return
    const { keys, qualifiedName } = worker
    const { lockMs, renewMs } = times
    thread.send({ kind: 'server', server, description })
    thread.send({
      kind: 'worker',
      id,
      server,
      tokenPrefix,
      tokens: slots.memory,
      activeKey: keys['active'] ?? `${qualifiedName}:active`,
      stalledKey: keys['stalled'] ?? `${qualifiedName}:stalled`,
      stalledCheckKey: keys['stalled-check'] ?? `${qualifiedName}:stalled-check`,
      jobPrefix: keys[''] ?? `${qualifiedName}:`,
      lockMs,
      firstMs: firstMsOf(lockMs, renewMs),
    })
  }

  #hear(news: News): void {
    const { onNews, onUnable, onAble, onRefused } = this.#options
    if (news.kind !== 'unable' && news.kind !== 'able') return onNews(news)
    for (const { guarded, server } of this.#reachable.values()) {
      if (server !== news.server) continue
      if (news.kind === 'able') onAble(guarded)
      else onUnable(guarded, news)
      if (news.kind === 'unable' && news.trouble === 'credentials') onRefused(guarded)
    }
  }
}
