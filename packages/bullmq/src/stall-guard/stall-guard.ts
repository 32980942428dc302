import type { JobStallGuard, Mode, StallReceipt } from '@homeostat/optimizer'
import type { Registry } from '@homeostat/signals'
import { JobNames } from '../jobs/job-names.ts'
import { Outages } from '../redis/outages.ts'
import { rescuedIn, type BlockedJob } from './block-report.ts'
import { Blocks, type ReportedBlock } from './blocks.ts'
import { describeServer } from './client-description.ts'
import { StallGuardUnableError, StallGuardUnusableError } from './errors.ts'
import { GuardThreads } from './guard-threads.ts'
import { GuardedWorker, lockTimesOf, type GuardableWorker } from './guarded-worker.ts'
import { LoopHeart } from './loop-heart.ts'
import { checkedGuardOptions, type StallGuardOptions } from './stall-guard-options.ts'
import { StallSeries } from './stall-series.ts'
import { firstMsOf } from './thread/guarded-queue.ts'
import { WorkerPatches } from './worker-patches.ts'

/** Receipts that are kept. */
const MOST_RECEIPTS = 20
/** How often the mode is asked for, and closed workers are looked for. */
const UPKEEP_MS = 1000

/**
 * Keeps the jobs of this process while something blocks its event loop: a thread with a connection of its own renews their locks, so
 * that no other worker runs them a second time. See the section "Stall guard" of the README.
 *
 * It changes nothing for a loop that runs, and never throws into the application. Without Redis, or without the thread, BullMQ
 * works as it does without the guard.
 *
 * @example
 * ```ts
 * import { BullMQInstrumentation } from '@homeostat/bullmq'
 * import { StallGuard } from '@homeostat/bullmq/domain'
 *
 * const instrumentation = new BullMQInstrumentation()
 * const { workers, registry } = instrumentation
 * const guard = new StallGuard({ workers, registry, onReceipt: ({ rescued }) => console.log(rescued) })
 * instrumentation.enable()
 * guard[Symbol.dispose]()
 * ```
 */
export class StallGuard implements JobStallGuard, Disposable {
  readonly limitMs: number
  readonly #registry: Registry
  readonly #series: StallSeries
  readonly #following: Disposable
  readonly #heart: LoopHeart
  readonly #threads: GuardThreads
  readonly #outages: Outages
  readonly #blocks = new Blocks(reported => this.#contain(() => this.#over(reported)))
  readonly #patches = new WorkerPatches(worker => this.#guarded.get(worker))
  readonly #workers = new Map<number, GuardedWorker>()
  readonly #names = new JobNames()
  readonly #listeners = new Set<(receipt: StallReceipt) => void>()
  #receipts: readonly StallReceipt[] = []
  #guarded = new WeakMap<object, GuardedWorker>()
  #mode: () => Mode
  #modeNow: Mode = 'off'
  #upkeepAt = 0
  #numbers = 0
  #hasWarnedOfLimit = false

  constructor(options: StallGuardOptions) {
    const { workers, registry, mode, onReceipt, limitMs } = checkedGuardOptions(options)
    this.limitMs = limitMs
    this.#registry = registry
    this.#mode = mode
    this.#series = new StallSeries(registry)
    if (onReceipt) this.#listeners.add(onReceipt)
    this.#heart = new LoopHeart(
      (lateMs, beat) => this.#contain(() => this.#wasBlocked(lateMs, beat)),
      now => this.#upkeep(now),
    )
    this.#outages = new Outages({
      faults: registry.faults,
      component: 'action',
      errorOf: (queues, unable) => new StallGuardUnableError(queues, unable),
      recovery: 'the stall guard can renew locks again',
      // The thread has tried several times.
      failuresOfPassing: 1,
    })
    this.#threads = new GuardThreads({
      pulse: this.#heart.pulse.memory,
      limitMs,
      onNews: news =>
        this.#contain(() =>
          news.kind === 'block'
            ? this.#blocks.renewed(news.beat, news.renewals)
            : this.#blocks.witnessed(news.beat, news.frame),
        ),
      onFault: error => this.#report(error),
      onUnable: (guarded, unable) => this.#outages.failed(String(guarded.id), guarded.queue, unable),
      onAble: ({ id }) => this.#outages.works(String(id)),
      onRefused: guarded => guarded.worker && void this.#connect(guarded.worker, guarded),
    })
    this.#following = workers.follow({
      seen: worker => this.#contain(() => this.#adopt(worker)),
      ended: () => this.#release(),
    })
    for (const worker of workers.open()) this.#contain(() => this.#adopt(worker))
  }

  /** The receipts of the last 20 blocks in which a lock would have expired, the oldest first. */
  get receipts(): readonly StallReceipt[] {
    return this.#receipts
  }

  /** Calls the listener with each receipt. */
  on(listener: (receipt: StallReceipt) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Takes the mode from somebody else from now on. `homeostat()` does, for its modes and its kill switch. */
  govern(mode: () => Mode): void {
    this.#mode = mode
    this.recheck()
  }

  /** Asks for the mode now. */
  recheck(): void {
    this.#modeNow = this.#contain(this.#mode) ?? 'off'
    const isRenewing = this.#modeNow === 'act'
    this.#heart.pulse.isRenewing = isRenewing
    if (isRenewing && !this.#threads.isEmpty) this.#contain(() => this.#threads.start())
  }

  /** Ends it: the threads with their connections, the timer, and the patches. */
  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]()
    this.#release()
  }

  #release(): void {
    this.#heart[Symbol.dispose]()
    this.#patches[Symbol.dispose]()
    this.#threads[Symbol.dispose]()
    this.#outages[Symbol.dispose]()
    this.#workers.clear()
    this.#guarded = new WeakMap()
  }

  #adopt(worker: GuardableWorker): void {
    // Inside of its constructor, which has a few lines to go.
    if (typeof worker.id !== 'string') queueMicrotask(() => this.#contain(() => this.#guard(worker)))
    else this.#guard(worker)
  }

  #guard(worker: GuardableWorker): void {
    const times = lockTimesOf(worker)
    if (times === undefined || typeof worker.id !== 'string' || this.#guarded.has(worker)) return
    this.#warnOfLimit(times.lockMs)
    try {
      this.#patches.patch(worker)
    } catch {
      return this.#report(
        new StallGuardUnusableError(worker.name, 'the guard does not know this version of BullMQ; it knows 5 and 6'),
      )
    }
    const guarded = new GuardedWorker(worker, {
      id: ++this.#numbers,
      times,
      onEnd: this.#heart.beatIfLate,
      onFull: queue =>
        this.#report(
          new StallGuardUnusableError(queue, 'it has more than 8,192 jobs at once, and the rest is not guarded'),
        ),
    })
    this.#guarded.set(worker, guarded)
    this.#workers.set(guarded.id, guarded)
    this.#heart.keepFor(times.lockMs, firstMsOf(times.lockMs, times.renewMs))
    void this.#connect(worker, guarded)
  }

  #warnOfLimit(lockMs: number): void {
    if (this.#hasWarnedOfLimit || this.limitMs >= 2 * lockMs) return
    this.#hasWarnedOfLimit = true
    this.#registry.faults.log(
      'warn',
      `stallGuard.limitMs is ${this.limitMs}, less than twice the lockDuration of a worker (${lockMs} ms): its locks expire soon after they would without the guard`,
    )
  }

  /** Learns where the Redis of the worker is, once the worker itself is connected. */
  async #connect(worker: GuardableWorker, guarded: GuardedWorker): Promise<void> {
    try {
      const described = await describeServer(worker)
      if (!this.#workers.has(guarded.id)) return
      if ('why' in described) return this.#report(new StallGuardUnusableError(guarded.queue, described.why))
      this.#threads.add(guarded, described.description)
      this.recheck()
    } catch (error) {
      // One that was closed before it was connected had no jobs.
      if (!worker.closing) this.#report(error)
    }
  }

  #wasBlocked(blockedMs: number, beat: number): void {
    if (this.#modeNow === 'off') return
    const jobs = [...this.#workers.values()].flatMap(guarded => guarded.jobs())
    if (jobs.length === 0) return
    this.#blocks.over({ beat, at: Date.now(), blockedMs, jobs, isRenewing: this.#heart.pulse.isRenewing })
  }

  #over({ block, renewals, frame }: ReportedBlock): void {
    const rescued = rescuedIn(block, renewals, { limitMs: this.limitMs, nameOf: job => this.#nameOf(job) })
    const jobs = new Map(block.jobs.map(job => [`${job.worker}:${job.token}`, job]))
    for (const { worker, token, renewals: times } of renewals) {
      const job = jobs.get(`${worker}:${token}`)
      if (job) this.#series.renewed(job.queue, this.#nameOf(job), times)
    }
    if (rescued.length === 0) return
    const receipt: StallReceipt = { at: block.at, blockedMs: block.blockedMs, rescued, frame }
    this.#receipts = [...this.#receipts, receipt].slice(-MOST_RECEIPTS)
    this.#series.rescued(receipt)
    for (const listener of this.#listeners) this.#contain(() => listener(receipt))
  }

  /** Once per second at most. */
  #upkeep(now: number): void {
    if (now < this.#upkeepAt) return
    this.#upkeepAt = now + UPKEEP_MS
    this.recheck()
    for (const { id, isOver } of this.#workers.values()) {
      if (!isOver) continue
      this.#workers.delete(id)
      this.#threads.remove(id)
      this.#outages.forget(String(id))
    }
  }

  #nameOf({ queue, worker, token, jobName }: BlockedJob): string {
    // A job that was only being fetched has a name by now.
    return this.#names.of(queue, jobName ?? this.#workers.get(worker)?.jobNameOf(token))
  }

  #report(error: unknown): void {
    this.#registry.faults.report('action', error)
  }

  #contain<T>(work: () => T): T | undefined {
    return this.#registry.faults.contain('action', work)
  }
}
