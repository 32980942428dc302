import type { NamedOwner, WorkUnit } from '@homeostat/signals'
import type { JobCost } from '../jobs/job-costs.ts'
import { RatioSums } from './ratio-sums.ts'

/** A cost that was observed so long ago counts half. */
const HALF_LIFE_MS = 120_000
/** Time without a window counts for no more than this, so that a rare job is not forgotten between its runs. */
const LONGEST_GAP_MS = 60_000
/** Known from so many windows and so many runs on, in the windows and ended. */
const LEAST_WINDOWS = 3
const LEAST_RUNS = 5
/** Sure, when the standard error of the CPU time is below this part of it, or below this share of a core per run in progress. */
const SURE_PART = 0.02
const SURE_SHARE = 0.0005

/**
 * The time and the work that the runs of one job name have used.
 *
 * Their CPU time is known in windows only. A run may be longer than a window, so a window does not see whole runs: it sees how much
 * CPU time they took per millisecond that they were in progress. That ratio times the mean run time is the mean cost of a run,
 * however long runs are.
 */
export class JobUse implements NamedOwner {
  readonly queue: string
  readonly name: string
  readonly workName: string
  /** In the present window; the CPU time of the last segments is not known yet. */
  cpuMs = 0
  segmentMs = 0
  blockedMs = 0
  /** The length of the sampled segments, and what they have allocated. */
  sampledMs = 0
  sampledBytes = 0
  #runs = 0
  #runMs = 0
  #databaseMs = 0
  #redisMs = 0
  #inProgress = 0
  #hasRun = false
  /** Milliseconds for which runs were in progress, each counted by itself. */
  #progressMs = 0
  #advancedAt = 0
  #progressAtOpening = 0
  #closedAt = Number.NaN
  readonly #cpu = new RatioSums()
  readonly #blocked = new RatioSums()

  constructor(queue: string, name: string) {
    this.queue = queue
    this.name = name
    this.workName = `job ${name} of ${queue}`
  }

  /** Whether nothing of it has run since the last window. */
  get isIdle(): boolean {
    return this.#inProgress === 0 && !this.#hasRun
  }

  started(now: number): void {
    this.#advance(now)
    this.#inProgress += 1
    this.#hasRun = true
  }

  /** @param ms - how long the run took */
  ended(now: number, ms: number, { databaseMs, redisMs }: WorkUnit): void {
    this.#advance(now)
    this.#inProgress -= 1
    this.#runs += 1
    this.#runMs += ms
    this.#databaseMs += databaseMs
    this.#redisMs += redisMs
  }

  windowOpens(now: number): void {
    this.#advance(now)
    this.#progressAtOpening = this.#progressMs
    this.cpuMs = 0
    this.blockedMs = 0
  }

  windowCloses(now: number): void {
    this.#advance(now)
    this.#hasRun = false
    const progressMs = this.#progressMs - this.#progressAtOpening
    if (progressMs <= 0) return
    this.#fade(now)
    this.#cpu.add(this.cpuMs, progressMs)
    this.#blocked.add(this.blockedMs, progressMs)
  }

  /** The mean cost of a run; undefined until enough is known. */
  get cost(): JobCost | undefined {
    if (!this.#isKnown) return undefined
    const runSeconds = this.#runMs / this.#runs / 1000
    const cpuSeconds = this.#cpu.ratio * runSeconds
    return {
      runs: this.#runs,
      runSeconds,
      cpuSeconds,
      blockedSeconds: this.#blocked.ratio * runSeconds,
      databaseSeconds: this.#databaseMs / this.#runs / 1000,
      redisSeconds: this.#redisMs / this.#runs / 1000,
      allocatedBytes: this.sampledMs > 0 ? (this.sampledBytes / this.sampledMs) * cpuSeconds * 1000 : 0,
    }
  }

  /** Whether more windows soon would make little difference. */
  get isSure(): boolean {
    if (!this.#isKnown) return false
    const { ratio, standardError } = this.#cpu
    return standardError <= Math.max(SURE_PART * ratio, SURE_SHARE)
  }

  get #isKnown(): boolean {
    if (this.#cpu.pairs < LEAST_WINDOWS || this.#runs < LEAST_RUNS || this.#runMs <= 0) return false
    return this.#cpu.base >= (LEAST_RUNS * this.#runMs) / this.#runs
  }

  #advance(now: number): void {
    this.#progressMs += this.#inProgress * Math.max(0, now - this.#advancedAt)
    this.#advancedAt = now
  }

  #fade(now: number): void {
    const gapMs = Math.min(LONGEST_GAP_MS, now - this.#closedAt)
    this.#closedAt = now
    if (!(gapMs > 0)) return
    const factor = 2 ** (-gapMs / HALF_LIFE_MS)
    this.#cpu.fade(factor)
    this.#blocked.fade(factor)
    this.#runs *= factor
    this.#runMs *= factor
    this.#databaseMs *= factor
    this.#redisMs *= factor
    this.sampledMs *= factor
    this.sampledBytes *= factor
  }
}
