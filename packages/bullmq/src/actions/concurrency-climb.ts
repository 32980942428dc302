import { MOST_SHARE } from './worker-shares.ts'

/** One step up, as a share of the own concurrency. */
const STEP = 0.25
/** The event loop has room below this utilization, and is short of it above the other. Between the two nothing changes. */
const ROOM_BELOW = 0.6
const SHORT_ABOVE = 0.8
/** Jobs that take so much longer than before share something that is used up: a pool, a server, the CPU. */
const SLOWER_BY = 1.25
const MUCH_SLOWER_BY = 1.5
/** So many ended jobs show what a step up has done, or this time where jobs are long. */
const ENOUGH_RUNS = 5
const LONG_ENOUGH_MS = 30_000
/** No step up for this long after one down. */
const REST_MS = 30_000
/** No job has waited for this long before the first step back. */
const IDLE_MS = 15_000

/** The findings of one look. */
export interface ClimbReading {
  /** On a clock that is never set. */
  readonly atMs: number
  /** The share of the time since the last look in which the event loop was busy, 0 to 1. */
  readonly utilization: number
  /** Jobs that wait for a worker; `undefined` when that is not known. */
  readonly waiting: number | undefined
  /** Jobs of this process that ended since the last look, and how long they ran in all. */
  readonly runs: { readonly jobs: number; readonly seconds: number }
  /** More jobs at once would start nothing: the queue is paused, or has a limit. */
  readonly isBarred: boolean
}

/**
 * How far the concurrency of a queue's workers is raised: additive increase, multiplicative decrease (D.-M. Chiu, R. Jain, Computer
 * Networks and ISDN Systems 17, 1989). A step up while jobs wait, the event loop has room and jobs run as fast as before; half of
 * what was gained is given up when the loop is short of time or jobs take much longer. When no job waits, it goes back step by step.
 */
export class ConcurrencyClimb {
  #factor = 1
  #usualSeconds: number | undefined
  readonly #sinceStep = { jobs: 0, seconds: 0 }
  #steppedAt = Number.NEGATIVE_INFINITY
  #loweredAt = Number.NEGATIVE_INFINITY
  #waitedAt: number | undefined

  /** @param usualSeconds - the mean run time before the first step; `undefined` while it is not known */
  constructor(usualSeconds: number | undefined) {
    this.#usualSeconds = usualSeconds
  }

  /** A multiple of the own concurrency, 1 to 4. */
  get factor(): number {
    return this.#factor
  }

  /** Takes a reading in. */
  look({ atMs, utilization, waiting, runs, isBarred }: ClimbReading): void {
    this.#sinceStep.jobs += runs.jobs
    this.#sinceStep.seconds += runs.seconds
    this.#waitedAt ??= atMs
    if (waiting === undefined) return
    if (waiting > 0) this.#waitedAt = atMs
    const slower = this.#slowerBy
    if (utilization > SHORT_ABOVE || slower > MUCH_SLOWER_BY) {
      // The effect of a step shows only after a while, so the same finding causes no second step.
      if (atMs - this.#loweredAt >= REST_MS) this.#lower(atMs)
      return
    }
    if (isBarred || atMs - this.#waitedAt >= IDLE_MS) this.#set(Math.max(1, this.#factor - STEP), atMs)
    else if (waiting > 0 && utilization < ROOM_BELOW && slower < SLOWER_BY && this.#mayRise(atMs))
      this.#set(Math.min(MOST_SHARE, this.#factor + STEP), atMs)
  }

  /** How many times as long as usual the jobs since the last step ran; 1 while too few have ended. */
  get #slowerBy(): number {
    const { jobs, seconds } = this.#sinceStep
    if (jobs < ENOUGH_RUNS) return 1
    const mean = seconds / jobs
    if (this.#usualSeconds === undefined) {
      this.#usualSeconds = mean
      return 1
    }
    return this.#usualSeconds > 0 ? mean / this.#usualSeconds : 1
  }

  #mayRise(atMs: number): boolean {
    if (atMs - this.#loweredAt < REST_MS) return false
    return this.#sinceStep.jobs >= ENOUGH_RUNS || atMs - this.#steppedAt >= LONG_ENOUGH_MS
  }

  #lower(atMs: number): void {
    this.#loweredAt = atMs
    const half = 1 + (this.#factor - 1) / 2
    this.#set(half - 1 < STEP / 2 ? 1 : half, atMs)
  }

  #set(factor: number, atMs: number): void {
    if (factor === this.#factor) return
    this.#factor = factor
    this.#steppedAt = atMs
    this.#sinceStep.jobs = this.#sinceStep.seconds = 0
  }
}
