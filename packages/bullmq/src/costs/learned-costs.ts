import { performance } from 'node:perf_hooks'
import { disposeTogether, runAsWork, type Registry } from '@homeostat/signals'
import { ByJobName } from '../jobs/by-job-name.ts'
import type { JobCost, JobCosts } from '../jobs/job-costs.ts'
import { isSandboxed, type JobRun } from '../jobs/job-run.ts'
import type { JobRuns } from '../jobs/job-runs.ts'
import { CostSeries } from './cost-series.ts'
import { CostWindows } from './cost-windows.ts'
import { JobUse } from './job-use.ts'
import { RunUse } from './run-use.ts'
import { Segments } from './segments.ts'

/** A window ends early when it has had so many callbacks. */
const MOST_CALLBACKS = 20_000

/** Options of `new LearnedCosts()`. */
export interface LearnedCostsOptions {
  readonly runs: JobRuns
  readonly registry: Registry
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number
}

/** Learns what the runs of jobs cost, per name, and reports it. */
export class LearnedCosts implements JobCosts, Disposable {
  readonly #series: CostSeries
  readonly #uses: ByJobName<JobUse>
  readonly #segments: Segments
  readonly #windows: CostWindows
  readonly #following: Disposable

  constructor({ runs, registry, random = Math.random }: LearnedCostsOptions) {
    this.#series = new CostSeries(registry)
    this.#uses = new ByJobName(
      (queue, name) => new JobUse(queue, name),
      use => this.#series.remove(use),
    )
    this.#windows = new CostWindows(this.#windowed(), error => registry.faults.report('signal', error))
    this.#segments = new Segments({ random, mostCallbacks: MOST_CALLBACKS, onFull: () => this.#windows.cut() })
    this.#following = disposeTogether(
      runs.follow({ started: run => this.#started(run), ended: (run, _outcome, now) => this.#ended(run, now) }),
      runs.within({ perform: (run, call) => this.#perform(run, call) }),
      registry.observe(() => this.#publish()),
      this.#windows,
    )
  }

  of(queue: string, name: string): JobCost | undefined {
    return this.#uses.get(queue, name)?.cost
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]()
    this.#uses.clear()
    this.#series.clear()
  }

  #windowed(): ConstructorParameters<typeof CostWindows>[0] {
    const need = (): 'none' | 'some' | 'urgent' => this.#need
    return {
      open: () => {
        this.#segments.open(performance.now())
      },
      close: () => {
        const costMs = this.#segments.close(performance.now())
        for (const use of this.#uses) use.windowCloses()
        return costMs
      },
      get need() {
        return need()
      },
    }
  }

  get #need(): 'none' | 'some' | 'urgent' {
    let need: 'none' | 'some' = 'none'
    for (const use of this.#uses) {
      if (use.isIdle) continue
      if (!use.isSure) return 'urgent'
      need = 'some'
    }
    return need
  }

  #started(run: JobRun): void {
    if (isSandboxed(run)) return
    const use = this.#uses.of(run.queue, run.name)
    run.work = new RunUse(use, this.#segments.measuredMs(run.startedAt))
    use.started()
    this.#windows.wake()
  }

  #perform(run: JobRun, call: () => unknown): unknown {
    const { work } = run
    if (!(work instanceof RunUse)) return call()
    this.#segments.enter(work)
    try {
      return runAsWork(work, call)
    } finally {
      this.#segments.leave()
    }
  }

  #ended({ work, startedAt }: JobRun, now: number): void {
    if (!(work instanceof RunUse)) return
    work.end(now)
    this.#segments.ended(work)
    work.owner.ended(work, now, now - startedAt, this.#segments.measuredMs(now) - work.measuredMs)
  }

  #publish(): void {
    for (const use of this.#uses) this.#series.publish(use)
  }
}
