import { performance } from 'node:perf_hooks'
import type { Action, ActionContext, Receipt, UndoResult } from '@homeostat/optimizer'
import { every } from '@homeostat/signals'
import { loopMeter } from '../loop/loop-meter.ts'
import type { Queues } from '../signals/queue-directory.ts'
import { barOf, queueOf, waitingIn } from './backlog.ts'
import { ConcurrencyClimb } from './concurrency-climb.ts'
import { MOST_SHARE, type WorkerShares } from './worker-shares.ts'

/** Each look is one step at most, so the whole way takes a minute. */
const LOOK_MS = 5000
/** A raise that nobody has renewed for this long is over, e.g. where the loop stands still. */
const LEASE_MS = 60_000

export interface RaiseConcurrencyOptions {
  readonly queues: Queues
  readonly shares: WorkerShares
  readonly onFault: (error: unknown) => void
  /** @default 5000 */
  readonly lookMs?: number
  /**
   * Makes what returns the share of the time since its last call in which the event loop was busy.
   * @default from `performance.eventLoopUtilization()`
   */
  readonly utilizationMeter?: () => () => number
}

/**
 * `queue.raiseConcurrency`: lets the workers of one queue run more jobs at once in this process, step by step up to four times
 * their own concurrency, while jobs wait and nothing is short. See {@link ConcurrencyClimb} for the steps. It ends with the alert, and when
 * nobody renews it.
 */
export function createRaiseConcurrency(options: RaiseConcurrencyOptions): Action {
  const { queues, shares } = options
  const raises = new Map<string, Raise>()
  return {
    name: 'queue.raiseConcurrency',
    scope: 'process',
    touches: ['queue'],
    raises: ['cpu', 'memory', 'database'],
    lowers: ['latency'],
    risk: 1,
    unready(firing) {
      const queue = queueOf(firing)
      if (queue === undefined) return 'the alert has no label bullmq_queue_name, so it is about no queue'
      if (shares.read() < 1) return 'worker.concurrency is below 1: this process is to run fewer jobs, not more'
      return shares.unready({ lowers: false, queue }) ?? barOf(queues, queue) ?? idleOf(queues, queue)
    },
    async run({ firing, signal }: ActionContext): Promise<Receipt> {
      const queue = queueOf(firing)
      if (queue === undefined || signal.aborted) return { summary: 'no queue was raised', effects: { changed: 0 } }
      if (raises.has(queue))
        return { summary: `the workers of the queue ${queue} are raised already`, effects: { changed: 0 } }
      const before = shares.of(queue)
      const raise = new Raise(queue, { ...options, onEnd: () => raises.delete(queue) })
      raises.set(queue, raise)
      const after = shares.of(queue)
      if (after.now <= before.now) {
        raise.end()
        return { summary: `no worker of the queue ${queue} could be raised now`, effects: { changed: 0 } }
      }
      return {
        summary: `raised the workers of the queue ${queue} in this process from ${before.now} jobs at once to ${after.now}, and on to at most ${Math.ceil(before.own * MOST_SHARE)} while jobs wait and nothing is short`,
        effects: { changed: after.workers, from: before.now, to: after.now },
        renew: async () => raise.renew(),
        undo: async () => raise.end(),
      }
    },
  }
}

function idleOf(queues: Queues, queue: string): string | undefined {
  const waiting = waitingIn(queues, queue)
  if (waiting === undefined) return `how many jobs of the queue ${queue} wait is not known yet`
  return waiting > 0 ? undefined : `no job of the queue ${queue} waits now`
}

/** The raised workers of one queue, from the first step until all is back. */
class Raise {
  readonly #queue: string
  readonly #options: RaiseConcurrencyOptions & { readonly onEnd: () => void }
  readonly #climb: ConcurrencyClimb
  readonly #looking: Disposable
  readonly #utilization: () => number
  #renewedAt = performance.now()
  #isOver = false

  constructor(queue: string, options: RaiseConcurrencyOptions & { readonly onEnd: () => void }) {
    this.#queue = queue
    this.#options = options
    this.#utilization = (options.utilizationMeter ?? loopMeter)()
    const runSeconds = options.queues.named(queue).flatMap(({ flow }) => flow?.runSeconds ?? [])
    this.#climb = new ConcurrencyClimb(runSeconds.length > 0 ? Math.max(...runSeconds) : undefined)
    this.#takeRuns()
    // The loop has looked for room before this run: the first step waits for nothing.
    this.#look({ isFirst: true })
    this.#looking = every(options.lookMs ?? LOOK_MS, () => this.#look(), options.onFault)
  }

  /** False when it is over, also because somebody else has set every worker of the queue. */
  renew(): boolean {
    if (this.#options.shares.unready({ lowers: false, queue: this.#queue }) !== undefined) this.end()
    if (!this.#isOver) this.#renewedAt = performance.now()
    return !this.#isOver
  }

  end(): UndoResult {
    if (!this.#isOver) {
      this.#isOver = true
      this.#looking[Symbol.dispose]()
      this.#options.shares.raise(this.#queue, 1)
      this.#options.onEnd()
    }
    return { result: 'restored' }
  }

  #look({ isFirst = false } = {}): void {
    const atMs = performance.now()
    if (atMs - this.#renewedAt > LEASE_MS) return void this.end()
    const { queues, shares } = this.#options
    const utilization = this.#utilization()
    this.#climb.look({
      atMs,
      utilization: isFirst ? 0 : utilization,
      waiting: waitingIn(queues, this.#queue),
      runs: this.#takeRuns(),
      // A share of all workers below 1 comes first; it must not find them raised when it ends.
      isBarred: shares.read() < 1 || barOf(queues, this.#queue) !== undefined,
    })
    if (shares.raisedOf(this.#queue) !== this.#climb.factor) shares.raise(this.#queue, this.#climb.factor)
  }

  #takeRuns(): { jobs: number; seconds: number } {
    const sums = { jobs: 0, seconds: 0 }
    for (const { recentRuns } of this.#options.queues.named(this.#queue)) {
      const { jobs, seconds } = recentRuns.take()
      sums.jobs += jobs
      sums.seconds += seconds
    }
    return sums
  }
}
