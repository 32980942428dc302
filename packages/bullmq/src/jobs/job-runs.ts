// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import type { Faults } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'
import type { WorkerObject } from '../signals/queue-object.ts'
import type { Workers } from '../signals/seen-workers.ts'
import { ClassPatches, type Wrapper } from './class-patches.ts'
import type { JobNames } from './job-names.ts'
import { JobsUnmeasuredError } from './errors.ts'
import { outcomeOf, type JobRun, type RunOutcome } from './job-run.ts'

/** Decides when a job may run. */
export interface RunGate {
  /**
   * Called after BullMQ has locked the job and before the processor is called.
   *
   * @returns undefined: go at once. A promise delays the run, while BullMQ renews the lock. One that rejects with BullMQ's
   *   `DelayedError`, after `moveToDelayed`, ends the run as `postponed`. Any other rejection is a fault of the gate, and the job runs.
   */
  admit(run: JobRun): Promise<void> | undefined
}

/** Follows runs of jobs. */
export interface RunListener {
  /** The processor is about to be called. A run that the gate postpones never starts. */
  started(run: JobRun): void
  /**
   * The processor is done, and BullMQ has not recorded it yet. Called once for each run that has started.
   *
   * @param now - in milliseconds as `performance.now()` has them
   */
  ended(run: JobRun, outcome: RunOutcome, now: number): void
}

/** Calls the processors of jobs. */
export interface RunContext {
  /** Calls `call` once and returns what it returns. What `call` throws passes. */
  perform(run: JobRun, call: () => unknown): unknown
}

/** A run whose start is written here. */
type OpenRun = JobRun & { startedAt: number }

/** Options of `new JobRuns()`. */
export interface JobRunsOptions {
  readonly workers: Workers
  readonly names: JobNames
  readonly faults: Pick<Faults, 'report'>
}

/**
 * The runs of jobs in this process: it wraps the call of the processor where the class of each observed worker has it. A fault of a
 * gate or a listener is reported, and the job runs as BullMQ would run it.
 *
 * A sandboxed processor is a run like any other. Its code runs in another process or thread.
 */
export class JobRuns implements Disposable {
  readonly #names: JobNames
  readonly #faults: Pick<Faults, 'report'>
  readonly #patches = new ClassPatches<WorkerObject>()
  readonly #listeners = new Set<RunListener>()
  readonly #following: Disposable
  /** The jobs that run. A method of a subclass calls the one that it overrides, which is the same run. BullMQ holds them too. */
  readonly #running = new Set<object>()
  #gate: RunGate | undefined
  #context: RunContext | undefined

  constructor({ workers, names, faults }: JobRunsOptions) {
    this.#names = names
    this.#faults = faults
    this.#following = workers.follow({ seen: worker => this.#patch(worker), ended: () => this.#release() })
    for (const worker of workers.open()) this.#patch(worker)
  }

  /** Calls the listener with each run from now on. */
  follow(listener: RunListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /**
   * Asks the gate before each run from now on. A gate that is removed has to let its waiting runs go.
   *
   * @throws Error when there is a gate
   */
  gate(gate: RunGate): Disposable {
    if (this.#gate !== undefined) throw new Error('there is a gate for the runs of jobs; remove it first')
    this.#gate = gate
    return { [Symbol.dispose]: () => void (this.#gate = undefined) }
  }

  /** Lets the context call the processor of each run from now on, after the listeners were called. A later one replaces it. */
  within(context: RunContext): Disposable {
    this.#context = context
    return { [Symbol.dispose]: () => void (this.#context === context && (this.#context = undefined)) }
  }

  /** Unpatches BullMQ. Runs in progress end as they would have. */
  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]()
    this.#release()
  }

  #release(): void {
    this.#patches[Symbol.dispose]()
  }

  #patch(worker: WorkerObject): void {
    try {
      this.#patches.patch(worker, 'callProcessJob', this.#wrapper)
    } catch (cause) {
      this.#faults.report('signal', new JobsUnmeasuredError(worker.name, { cause }))
    }
  }

  readonly #wrapper: Wrapper<WorkerObject> = (original, isActive) => {
    const open = (worker: WorkerObject, args: readonly unknown[]): OpenRun | undefined =>
      isActive() ? this.#open(worker, args) : undefined
    const perform = (run: OpenRun, call: () => unknown): unknown => this.#perform(run, call)
    return function (...args) {
      const run = open(this, args)
      if (run === undefined) return original.apply(this, args)
      return perform(run, () => original.apply(this, args))
    }
  }

  #open(worker: WorkerObject, [job, token]: readonly unknown[]): OpenRun | undefined {
    if (typeof job !== 'object' || job === null || this.#running.has(job)) return undefined
    this.#running.add(job)
    const queue = worker.name
    const name = this.#names.of(queue, fieldOf(job, 'name'))
    const lock = typeof token === 'string' ? token : ''
    return { worker, job, queue, name, token: lock, startedAt: Number.NaN, work: undefined }
  }

  #perform(run: OpenRun, call: () => unknown): unknown {
    const admission = this.#admit(run)
    if (admission === undefined) return this.#start(run, call)
    return admission.then(
      () => this.#start(run, call),
      (error: unknown) => {
        if (outcomeOf(error) === 'failed') {
          this.#faults.report('action', error)
          return this.#start(run, call)
        }
        this.#running.delete(run.job)
        throw error
      },
    )
  }

  #admit(run: JobRun): Promise<void> | undefined {
    try {
      const admission = this.#gate?.admit(run)
      return admission === undefined ? undefined : Promise.resolve(admission)
    } catch (error) {
      this.#faults.report('action', error)
      return undefined
    }
  }

  #start(run: OpenRun, call: () => unknown): unknown {
    run.startedAt = performance.now()
    for (const listener of this.#listeners) {
      try {
        listener.started(run)
      } catch (error) {
        this.#faults.report('signal', error)
      }
    }
    let result: unknown
    try {
      result = this.#call(run, call)
    } catch (error) {
      this.#end(run, outcomeOf(error))
      throw error
    }
    if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
      this.#end(run, 'completed')
      return result
    }
    // Its `then` is called once, as BullMQ would: some, e.g. those of query builders, start the work.
    const promise = Promise.resolve(result)
    void promise.then(
      () => this.#end(run, 'completed'),
      (error: unknown) => this.#end(run, outcomeOf(error)),
    )
    return promise
  }

  #call(run: JobRun, call: () => unknown): unknown {
    if (this.#context === undefined) return call()
    let isCalled = false
    try {
      return this.#context.perform(run, () => {
        isCalled = true
        return call()
      })
    } catch (error) {
      if (isCalled) throw error
      this.#faults.report('signal', error)
      return call()
    }
  }

  #end(run: JobRun, outcome: RunOutcome): void {
    this.#running.delete(run.job)
    const now = performance.now()
    for (const listener of this.#listeners) {
      try {
        listener.ended(run, outcome, now)
      } catch (error) {
        this.#faults.report('signal', error)
      }
    }
  }
}
