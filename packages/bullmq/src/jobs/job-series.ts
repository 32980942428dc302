import { attributes, metrics } from '@homeostat/semconv'
import type { CounterSeries, HistogramSeries, Registry } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'
import type { WorkerObject } from '../signals/queue-object.ts'
import { ByJobName } from './by-job-name.ts'
import type { JobRun, RunOutcome } from './job-run.ts'
import type { RunListener } from './job-runs.ts'

/** The series of the jobs of one name. */
interface NameSeries {
  readonly wait: HistogramSeries
  /** Undefined until a run is counted here and not by BullMQ itself. */
  runs: Readonly<Record<RunOutcome, CounterSeries>> | undefined
  duration: HistogramSeries | undefined
}

/**
 * Reports each run per job name: how long the job has waited, how long it ran and how it ended.
 *
 * BullMQ 6 itself counts jobs and measures their time when the worker has a `telemetry` with a meter (bullmq-otel). Those runs are not
 * measured here a second time. It does not measure how long jobs wait.
 */
export class JobSeries implements RunListener {
  readonly #registry: Registry
  readonly #names: ByJobName<NameSeries>

  constructor(registry: Registry) {
    this.#registry = registry
    this.#names = new ByJobName((queue, name) => {
      const wait = registry.histogram(metrics.queueJobWait).with(labelsOf({ queue, name }))
      return { wait, runs: undefined, duration: undefined }
    })
  }

  started(run: JobRun): void {
    const seconds = waitSeconds(run.job)
    if (seconds !== undefined) this.#names.of(run.queue, run.name).wait.record(seconds)
  }

  ended(run: JobRun, outcome: RunOutcome, now: number): void {
    if (isMeasuredByBullMQ(run)) return
    const series = this.#names.of(run.queue, run.name)
    series.runs ??= this.#runsOf(labelsOf(run))
    series.runs[outcome].add()
    series.duration ??= this.#registry.histogram(metrics.queueJobDuration).with(labelsOf(run))
    series.duration.record((now - run.startedAt) / 1000)
  }

  /** A job has failed and is not tried again. */
  failed(worker: WorkerObject, job: object, name: string): void {
    const { name: queue } = worker
    if (isMeasuredByBullMQ({ worker, job })) return
    this.#registry.counter(metrics.queueJobFailures).with(labelsOf({ queue, name })).add()
  }

  /** A worker has found a job without a lock, and another run of it begins. Only the id of the job is known. */
  stalled({ name }: WorkerObject): void {
    this.#registry
      .counter(metrics.queueStalledJobs)
      .with({ [attributes.queueName]: name })
      .add()
  }

  #runsOf(labels: Record<string, string>): Readonly<Record<RunOutcome, CounterSeries>> {
    const counter = this.#registry.counter(metrics.queueJobRuns)
    const bind = (outcome: RunOutcome): CounterSeries => counter.with({ ...labels, [attributes.jobOutcome]: outcome })
    // All at once: a ratio needs its zero failures as much as its runs.
    return { completed: bind('completed'), failed: bind('failed'), postponed: bind('postponed') }
  }
}

/** The fields of a job of BullMQ 5 and 6 that tell when it became ready. */
interface StartedJob {
  readonly timestamp?: unknown
  readonly processedOn?: unknown
  readonly attemptsMade?: unknown
  readonly attemptsStarted?: unknown
  readonly opts?: { readonly delay?: unknown }
}

/**
 * How long the job has waited for a worker, without the delay that it asked for; undefined for any attempt but the first: BullMQ does
 * not keep when a job became ready again.
 */
function waitSeconds({ timestamp, processedOn, attemptsMade, attemptsStarted, opts }: StartedJob): number | undefined {
  if (typeof timestamp !== 'number' || typeof processedOn !== 'number') return undefined
  if (Number(attemptsMade ?? 0) > 0 || Number(attemptsStarted ?? 1) > 1) return undefined
  const delay = opts?.delay
  return Math.max(0, processedOn - timestamp - (typeof delay === 'number' ? delay : 0)) / 1000
}

function isMeasuredByBullMQ({ worker, job }: Pick<JobRun, 'worker' | 'job'>): boolean {
  const telemetry = fieldOf(worker.opts, 'telemetry')
  if (telemetry === undefined || telemetry === null || !fieldOf(telemetry, 'meter')) return false
  return typeof fieldOf(job, 'recordJobMetrics') === 'function'
}

function labelsOf({ queue, name }: Pick<JobRun, 'queue' | 'name'>): Record<string, string> {
  return { [attributes.queueName]: queue, [attributes.jobName]: name }
}
