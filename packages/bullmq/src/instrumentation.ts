import {
  disposeTogether,
  every,
  HandedObjects,
  patchMethod,
  patchModuleFile,
  SignalInstrumentation,
} from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'
import { LearnedCosts } from './costs/learned-costs.ts'
import type { JobCosts } from './jobs/job-costs.ts'
import { JobNames } from './jobs/job-names.ts'
import { JobRuns } from './jobs/job-runs.ts'
import { JobSeries } from './jobs/job-series.ts'
import type { BullMQInstrumentationConfig } from './instrumentation-options.ts'
import { DEFAULTS, instrumentationOptions } from './instrumentation-options.ts'
import { QueueDirectory, type Queues } from './signals/queue-directory.ts'
import type { QueueObject, WorkerObject } from './signals/queue-object.ts'
import { isQueue, isWorker } from './signals/queue-object.ts'
import type { QueueSource } from './signals/queue-source.ts'
import { SeenWorkers, type Workers } from './signals/seen-workers.ts'
import { VERSION } from './version.ts'

export type { BullMQInstrumentationConfig } from './instrumentation-options.ts'

/** Every object passes one of these when it is made or used; `emit` also finds those that were made before `enable()`. */
const METHODS = {
  queue: ['waitUntilReady', 'emit', 'addBulk', 'getJobCounts'],
  worker: ['waitUntilReady', 'run', 'emit'],
} as const

type Patched = Record<string, (this: QueueObject, ...args: unknown[]) => unknown>

interface Watched<T extends QueueObject> {
  readonly file: string
  readonly name: string
  readonly methods: readonly string[]
  /** Given each object that passes by. */
  readonly onPass: (object: T) => void
  /** Given what an object emits. */
  readonly onEvent?: (object: T, event: unknown, subject: unknown) => void
}

/**
 * Reports how many jobs the queues of this process hold and how long the oldest waits. The queues are found from the
 * application's own `Queue` and `Worker` objects and read on their connections; no connection is opened.
 *
 * @example
 * ```ts
 * registerInstrumentations({ instrumentations: [new BullMQInstrumentation({ pollIntervalMs: 10_000 })] })
 * ```
 */
export class BullMQInstrumentation extends SignalInstrumentation<BullMQInstrumentationConfig> {
  readonly #workers = new SeenWorkers()
  readonly #report = (error: unknown): void => this.registry.faults.report('signal', error)
  readonly #names = new JobNames()
  readonly #runs: JobRuns
  #costs: LearnedCosts | undefined
  readonly #handedQueues = new HandedObjects<QueueObject>(this.#report)
  readonly #handedWorkers = new HandedObjects<WorkerObject>(this.#report)

  #directory: QueueDirectory | undefined

  constructor(config: BullMQInstrumentationConfig = {}) {
    super('@homeostat/bullmq', VERSION, config, { schema: instrumentationOptions, path: 'bullmq' })
    this.#runs = new JobRuns({ workers: this.#workers, names: this.#names, faults: this.registry.faults })
  }

  /** The workers of the application that were observed while this is on. */
  get workers(): Workers {
    return this.#workers
  }

  /** @internal The queues that were observed while this is on. */
  get queues(): Queues {
    const all = (): readonly QueueSource[] => this.#directory?.all().filter(({ objects }) => objects.length > 0) ?? []
    return { all, named: name => all().filter(queue => queue.name === name) }
  }

  /** @internal The runs of jobs in this process while this is on. */
  get runs(): JobRuns {
    return this.#runs
  }

  /** @internal The costs of the jobs of this process. Empty while the instrumentation is off. */
  get costs(): JobCosts {
    return { of: (queue, name) => this.#costs?.of(queue, name) }
  }

  /**
   * Reads a `Queue` that no hook can find, e.g. one inside of a bundle, now or once this is on. It is not kept alive.
   *
   * @returns false for anything else, which is left alone
   */
  observeQueue(queue: object): boolean {
    if (!isQueue(queue)) return false
    this.#handedQueues.add(queue)
    return true
  }

  /** The same for a `Worker`. */
  observeWorker(worker: object): boolean {
    if (!isWorker(worker)) return false
    this.#handedWorkers.add(worker)
    return true
  }

  /** @internal Whether a queue or a worker was handed over. */
  get wasGivenObjects(): boolean {
    return this.#handedQueues.wasGiven || this.#handedWorkers.wasGiven
  }

  protected activate(): Disposable {
    const { registry } = this
    const {
      pollIntervalMs,
      staleAfterPolls,
      targetAgeSeconds,
      timeoutMs = pollIntervalMs,
    } = { ...DEFAULTS, ...this.config }
    const directory = new QueueDirectory({
      registry,
      timeoutMs,
      pollIntervalMs,
      staleAfter: staleAfterPolls,
      clock: Date.now,
      targetAgeSeconds,
    })
    this.#directory = directory
    const costs = new LearnedCosts({ runs: this.#runs, registry })
    this.#costs = costs
    const series = new JobSeries(registry)
    let polling: Disposable | undefined
    // An application without queues is not woken for them.
    const poll = (): void => {
      polling ??= every(pollIntervalMs, () => registry.faults.contain('signal', () => this.#look(directory)))
    }
    const onQueue = (queue: QueueObject): undefined => {
      if (directory.register(queue)) poll()
    }
    const onWorker = (worker: WorkerObject): undefined => {
      if (!directory.register(worker)) return
      this.#workers.add(worker)
      poll()
    }
    const onQueueEvent = (queue: QueueObject, event: unknown, subject: unknown): void =>
      directory.emitted(queue, event, subject)
    // The time in which the job held a slot: until its end is recorded, as that is when the next one can start.
    const onWorkerEvent = (worker: WorkerObject, event: unknown, job: unknown): void => {
      if (event === 'stalled') series.stalled(worker)
      if (event !== 'completed' && event !== 'failed') return directory.emitted(worker, event, job)
      if (event === 'failed' && fieldOf(job, 'finishedOn'))
        series.failed(worker, job as object, this.#names.of(worker.name, fieldOf(job, 'name')))
      const startedAt = fieldOf(job, 'processedOn')
      if (typeof startedAt === 'number') directory.ended(worker, (Date.now() - startedAt) / 1000)
    }
    return disposeTogether(
      { [Symbol.dispose]: () => directory.close() },
      registry.observe(() => directory.prune()),
      costs,
      this.#runs.follow(series),
      { [Symbol.dispose]: () => this.#workers.end() },
      { [Symbol.dispose]: () => polling?.[Symbol.dispose]() },
      this.#watch({
        file: 'classes/queue',
        name: 'Queue',
        methods: METHODS.queue,
        onPass: onQueue,
        onEvent: onQueueEvent,
      }),
      this.#watch<WorkerObject>({
        file: 'classes/worker',
        name: 'Worker',
        methods: METHODS.worker,
        onPass: onWorker,
        onEvent: onWorkerEvent,
      }),
      this.#handedQueues.follow(onQueue),
      this.#handedWorkers.follow(onWorker),
    )
  }

  #look(directory: QueueDirectory): void {
    directory.poll()
    // Nothing else may call this, and closed ones must not pile up.
    this.#workers.open()
  }

  /** Looks at every object of a class. */
  #watch<T extends QueueObject>({ file, name, methods, onPass, onEvent }: Watched<T>): Disposable {
    const { faults } = this.registry
    return patchModuleFile('bullmq', `dist/cjs/${file}`, exports => {
      const { prototype } = (exports as Record<string, { prototype: Patched }>)[name] ?? {}
      if (prototype === undefined)
        throw new TypeError(`bullmq has no ${name} in ${file}: this version is not supported`)
      const restores = methods.map(method =>
        patchMethod(prototype, method, (original, isActive) => {
          return function (this: QueueObject, ...args) {
            if (isActive()) {
              faults.contain('signal', () => {
                onPass(this as T)
                if (method === 'emit') onEvent?.(this as T, args[0], args[1])
              })
            }
            return original.apply(this, args)
          }
        }),
      )
      return () => {
        for (const restore of restores.toReversed()) restore()
      }
    })
  }
}
