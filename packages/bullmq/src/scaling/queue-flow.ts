import { Arrivals } from './arrivals.ts'
import { FadedSums } from './faded-sums.ts'
import type { RunTimes } from './run-times.ts'

/** The run time is the mean of about this time; while no job ends, the last mean stays. */
const RUN_FADE_SECONDS = 300
const FINISH_FADE_SECONDS = 30
/** The most jobs that ran at once are those of about this time. */
const SLOTS_FADE_SECONDS = 300
/** After a longer gap what was before it says nothing about now. */
const LONGEST_GAP_SECONDS = 600
/** Fewer runs of this process than this do not outweigh what the sizes of the queue say. */
const FEW_RUNS = 5

/** One reading of the flow of a queue. */
export interface FlowSample {
  /** When it was taken, on a clock that is never set, in milliseconds. */
  readonly atMs: number
  /** How many jobs were ever added, by the queue's own counter. */
  readonly added: number
  /** How many of the newest events are adds that made a job. */
  readonly newestMade: number
  /** How many of the newest events are adds that made no job, which the counter counts too. */
  readonly newestUnmade: number
  /** Jobs that a worker may take, now or once the queue is resumed. */
  readonly ready: number
  /** Whether the queue is paused. */
  readonly isPaused: boolean
  readonly active: number
  /** Jobs of all states that have neither completed nor failed. */
  readonly unfinished: number
  /** Runs that ended in this process since the last sample. */
  readonly runs: RunTimes
}

/** The flow of a queue. Rates are jobs per second. */
export interface Flow {
  /** Jobs that become ready: added, due, resumed parents, retried. */
  readonly arrivalRate: number
  /** Jobs that end. */
  readonly finishRate: number
  /** How long a job holds a slot of a worker; `undefined` until one has ended. */
  readonly runSeconds: number | undefined
  readonly ready: number
  readonly active: number
  /** The most jobs that ran at once lately: the slots that are known to exist. */
  readonly slots: number
  readonly isPaused: boolean
}

/**
 * Follows the flow of one queue from its sizes and its counter of added jobs. No job is counted by itself: with the
 * conservation of jobs, `ended = added - growth of the unfinished` and `arrived = ended + growth of the ready and active`.
 * Run times are those of this process, else Little's law: mean active jobs divided by the rate at which they end
 * (J. D. C. Little, Operations Research 9, 1961).
 */
export class QueueFlow {
  readonly #arrivals = new Arrivals()
  readonly #finishes = new FadedSums(['seconds', 'jobs'], FINISH_FADE_SECONDS)
  readonly #ownRuns = new FadedSums(['jobs', 'seconds'], RUN_FADE_SECONDS)
  readonly #ended = new FadedSums(['jobs', 'slotSeconds'], RUN_FADE_SECONDS)
  readonly #adds = new FadedSums(['made', 'unmade'], RUN_FADE_SECONDS)
  #previous: FlowSample | undefined
  #slots = 0

  /** Takes a reading in. One with an impossible number, or from a clock that stands, changes nothing. */
  observe(sample: FlowSample): void {
    if (!isPossible(sample)) return
    const previous = this.#previous
    if (previous !== undefined && sample.atMs <= previous.atMs) {
      this.#addRuns(0, sample.runs)
      return
    }
    this.#previous = sample
    const seconds = previous === undefined ? 0 : (sample.atMs - previous.atMs) / 1000
    this.#addRuns(seconds, sample.runs)
    // A counter that went back: the queue was obliterated, or its Redis is another one.
    if (previous === undefined || sample.added < previous.added || seconds > LONGEST_GAP_SECONDS) {
      this.#restart(sample)
      return
    }
    this.#adds.add(seconds, { made: sample.newestMade, unmade: sample.newestUnmade })
    const added = (sample.added - previous.added) * this.#madeShare
    const ended = Math.max(0, added - (sample.unfinished - previous.unfinished))
    const arrived = Math.max(0, ended + sample.ready + sample.active - previous.ready - previous.active)
    this.#arrivals.add(seconds, arrived)
    this.#finishes.add(seconds, { seconds, jobs: ended })
    this.#ended.add(seconds, { jobs: ended, slotSeconds: ((sample.active + previous.active) / 2) * seconds })
    this.#slots = Math.max(sample.active, this.#slots * Math.exp(-seconds / SLOTS_FADE_SECONDS))
  }

  /** `undefined` until there is something to compare. */
  get flow(): Flow | undefined {
    const last = this.#previous
    const arrivalRate = this.#arrivals.rate
    const seconds = this.#finishes.get('seconds')
    if (last === undefined || arrivalRate === undefined || seconds <= 0) return undefined
    return {
      arrivalRate,
      finishRate: this.#finishes.get('jobs') / seconds,
      runSeconds: this.#runSeconds,
      ready: last.ready,
      active: last.active,
      slots: this.#slots,
      isPaused: last.isPaused,
    }
  }

  /** Of own runs and of the sizes, what has seen enough lately; then whatever has seen anything. */
  get #runSeconds(): number | undefined {
    const own = this.#ownRuns.get('jobs')
    const ended = this.#ended.get('jobs')
    const isOwn = own >= FEW_RUNS || (own > 0 && ended < FEW_RUNS)
    if (isOwn) return this.#ownRuns.get('seconds') / own
    return ended > 0 ? this.#ended.get('slotSeconds') / ended : undefined
  }

  get #madeShare(): number {
    const made = this.#adds.get('made')
    const all = made + this.#adds.get('unmade')
    return all > 0 ? made / all : 1
  }

  #addRuns(seconds: number, runs: RunTimes): void {
    this.#ownRuns.add(seconds, { jobs: runs.jobs, seconds: runs.seconds })
  }

  #restart({ active }: FlowSample): void {
    this.#arrivals.clear()
    this.#finishes.clear()
    this.#adds.clear()
    this.#ended.clear()
    this.#slots = active
  }
}

function isPossible({ atMs, added, newestMade, newestUnmade, ready, active, unfinished, runs }: FlowSample): boolean {
  const counts = [added, newestMade, newestUnmade, ready, active, unfinished, runs.jobs, runs.seconds]
  return Number.isFinite(atMs) && counts.every(count => Number.isFinite(count) && count >= 0)
}
