import type { NamedOwner } from '@homeostat/signals'
import type { JobCost } from '../jobs/job-costs.ts'
import { RatioSums } from './ratio-sums.ts'

/** A cost that was observed so long ago counts half. */
const HALF_LIFE_MS = 120_000
/** Time without a run counts for no more than this, so that a rare job is not forgotten between its runs. */
const LONGEST_GAP_MS = 60_000
/** Old runs are made to count less so often. */
const FADE_EVERY_MS = 1000
/** Known from so many windows and so many whole runs on. */
const LEAST_WINDOWS = 3
const LEAST_RUNS = 5
/** Of long runs, windows see parts that never sum up to whole ones: their cost is known when its standard error is below this part of it. */
const KNOWN_PART = 0.1
/** Sure, when the standard error of the CPU time is below this part of it, or below this share of a core per run in progress. */
const SURE_PART = 0.02
/** The standard error of few runs can be small by chance. */
const SURE_RUNS = 20
const SURE_SHARE = 0.0005

/** What one run has used, in milliseconds. */
export interface Used {
  readonly cpuMs: number
  readonly blockedMs: number
  readonly databaseMs: number
  readonly redisMs: number
}

/**
 * The time and the work that the runs of one job name have used.
 *
 * The CPU time is known in windows only, and a run may be longer than a window. A run counts for the part of its own length that it
 * was in windows, and its CPU time is what the windows saw: the ratio of the two sums is the mean cost of a run, however long runs
 * are, and also when they take longer at one time than at another because the machine is busy.
 */
export class JobUse implements NamedOwner {
  readonly queue: string
  readonly name: string
  readonly workName: string
  /** The length of the sampled segments, and what they have allocated. */
  sampledMs = 0
  sampledBytes = 0
  #runs = 0
  #runMs = 0
  #databaseMs = 0
  #redisMs = 0
  #inProgress = 0
  #hasRun = false
  #windows = 0
  #fadedAt = Number.NaN
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

  started(): void {
    this.#inProgress += 1
    this.#hasRun = true
  }

  /**
   * @param ms - how long the run took
   * @param measuredMs - for how much of that a window was open
   */
  ended(run: Used, now: number, ms: number, measuredMs: number): void {
    this.#fade(now)
    this.#inProgress -= 1
    this.#runs += 1
    this.#runMs += ms
    this.#databaseMs += run.databaseMs
    this.#redisMs += run.redisMs
    if (!(measuredMs > 0)) return
    const part = Math.min(1, measuredMs / ms)
    this.#cpu.add(run.cpuMs, part)
    this.#blocked.add(run.blockedMs, part)
  }

  windowCloses(): void {
    if (!this.isIdle) this.#windows += 1
    this.#hasRun = false
  }

  /** The mean cost of a run; undefined until enough is known. */
  get cost(): JobCost | undefined {
    if (!this.#isKnown) return undefined
    const cpuSeconds = this.#cpu.ratio / 1000
    return {
      runs: this.#runs,
      runSeconds: this.#runMs / this.#runs / 1000,
      cpuSeconds,
      blockedSeconds: this.#blocked.ratio / 1000,
      databaseSeconds: this.#databaseMs / this.#runs / 1000,
      redisSeconds: this.#redisMs / this.#runs / 1000,
      allocatedBytes: this.sampledMs > 0 ? (this.sampledBytes / this.sampledMs) * cpuSeconds * 1000 : 0,
    }
  }

  /** Whether more windows soon would make little difference. */
  get isSure(): boolean {
    if (!this.#isKnown) return false
    const { pairs, ratio, standardError } = this.#cpu
    return pairs >= SURE_RUNS && standardError <= Math.max(SURE_PART * ratio, (SURE_SHARE * this.#runMs) / this.#runs)
  }

  get #isKnown(): boolean {
    const { pairs, base, ratio, standardError } = this.#cpu
    if (this.#windows < LEAST_WINDOWS || this.#runs < LEAST_RUNS || pairs < LEAST_RUNS) return false
    return base >= LEAST_RUNS || standardError <= KNOWN_PART * ratio
  }

  #fade(now: number): void {
    if (now - this.#fadedAt < FADE_EVERY_MS) return
    const gapMs = Math.min(LONGEST_GAP_MS, now - this.#fadedAt)
    this.#fadedAt = now
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
