import { ByJobName } from '../jobs/by-job-name.ts'
import type { JobCost } from '../jobs/job-costs.ts'
import type { Demand } from './admission.ts'
import type { LoopUse } from '../loop/loop-use-meter.ts'
import { weightOf } from './weight.ts'

/** The part of what is known about the cost of a run that its demand follows from. */
export type RunCost = Pick<JobCost, 'runSeconds' | 'cpuSeconds' | 'databaseSeconds'>

/** Knows the costs of jobs. */
export interface CostSource {
  /** Undefined until enough runs were measured. */
  of(queue: string, name: string): RunCost | undefined
}

/** A run that takes less CPU, or less of the database, is light: to make it wait would cost more than it saves. */
export const HEAVY_SECONDS = 0.005
/** A name that holds this share of the connections of all jobs is limited, and none that holds less. */
const HOLDER_SHARE = 0.25
/** How long a cost that was looked up is used, in milliseconds. */
const FRESH_MS = 1000
/** After so many runs beside others a job runs alone once, so that its share of the loop is measured anew. */
const RUNS_BETWEEN_MEASURES = 50
/** The weight of the newest measurement. */
const SMOOTHING = 0.3

/** The runs of the jobs of one name. */
export class NamedRuns {
  readonly queue: string
  readonly name: string
  /** How many run now. */
  running = 0
  /** Whether the name is one of those that hold the connections. It stays one for as long as the connections are limited. */
  isHolder = false
  #cost: RunCost | undefined
  #costReadAt = -Infinity
  /** How long a run takes while no other heavy job runs. In milliseconds. */
  #aloneMs: number | undefined
  /** Means of the same runs. */
  #loopUse: LoopUse = { idleMs: 0, stretch: 1 }
  #runsBeside = 0

  constructor(queue: string, name: string) {
    this.queue = queue
    this.name = name
  }

  /** The cost of a run; undefined while it is unknown. */
  cost(costs: CostSource, now: number): RunCost | undefined {
    if (now - this.#costReadAt >= FRESH_MS) {
      this.#costReadAt = now
      this.#cost = costs.of(this.queue, this.name)
    }
    return this.#cost
  }

  /** The demand of a run; undefined for light jobs, and for jobs whose cost is unknown. */
  demand(costs: CostSource, now: number): Demand | undefined {
    const cost = this.cost(costs, now)
    if (cost === undefined) return undefined
    const loop = cost.cpuSeconds >= HEAVY_SECONDS ? weightOf(this.#share(cost)) : 0
    const database = this.isHolder ? connectionsOf(cost) : 0
    return loop > 0 || database > 0 ? { loop, database } : undefined
  }

  /** How long a run takes, in milliseconds. */
  expectedMs(costs: CostSource, now: number): number {
    return this.#aloneMs ?? (this.cost(costs, now)?.runSeconds ?? 0) * 1000
  }

  /** A run has ended that had another heavy job beside it, so that its time says little about it. */
  ranBeside(): void {
    this.#runsBeside++
  }

  /** A run has ended that was alone; with what the loop did during it. */
  ranAlone(tookMs: number, { idleMs, stretch }: LoopUse): void {
    const smoothing = this.#aloneMs === undefined ? 1 : SMOOTHING
    const smoothed = (mean: number, value: number): number => mean + smoothing * (value - mean)
    this.#runsBeside = 0
    this.#aloneMs = smoothed(this.#aloneMs ?? 0, tookMs)
    this.#loopUse = {
      idleMs: smoothed(this.#loopUse.idleMs, idleMs),
      stretch: smoothed(this.#loopUse.stretch, stretch),
    }
  }

  /**
   * How long a run holds the loop, per the time that it holds it or leaves it idle. Time in which the loop serves others does not count:
   * a job that computes all the time would seem to leave room for a second one wherever there is much else to serve.
   *
   * Until it is known it is the whole loop, so that the next run is alone, and is measured.
   */
  #share({ cpuSeconds }: RunCost): number {
    if (this.#aloneMs === undefined || this.#runsBeside >= RUNS_BETWEEN_MEASURES) return 1
    const heldMs = cpuSeconds * 1000 * this.#loopUse.stretch
    return heldMs / (heldMs + this.#loopUse.idleMs)
  }
}

/** How many connections a run holds on average. */
function connectionsOf({ databaseSeconds, runSeconds }: RunCost): number {
  return databaseSeconds >= HEAVY_SECONDS && runSeconds > 0 ? databaseSeconds / runSeconds : 0
}

/** The demands of the jobs of this process, by queue and name. */
export class JobDemands {
  readonly #costs: CostSource
  readonly #runs = new ByJobName((queue, name) => new NamedRuns(queue, name))

  constructor(costs: CostSource) {
    this.#costs = costs
  }

  /** Called at each start and end of a run: no allocation for a name that is known. */
  of(queue: string, name: string): NamedRuns {
    return this.#runs.of(queue, name)
  }

  /** The demand of a run; undefined for a light job. */
  demand(runs: NamedRuns, now: number): Demand | undefined {
    return runs.demand(this.#costs, now)
  }

  /** How long a run takes, in milliseconds. */
  expectedMs(runs: NamedRuns, now: number): number {
    return runs.expectedMs(this.#costs, now)
  }

  /** Every name that has run. */
  all(): Iterable<NamedRuns> {
    return this.#runs
  }

  /**
   * Finds the names whose runs hold the connections: a quarter of those of all jobs, or more. A name that was found stays one, because
   * it holds less as soon as it is limited.
   *
   * @returns how many connections the runs of those names hold now
   */
  findHolders(now: number): number {
    let all = 0
    for (const runs of this.all()) all += this.#held(runs, now)
    let held = 0
    for (const runs of this.all()) {
      const own = this.#held(runs, now)
      if (own > 0 && own >= HOLDER_SHARE * all) runs.isHolder = true
      if (runs.isHolder) held += own
    }
    return held
  }

  forgetHolders(): void {
    for (const runs of this.all()) runs.isHolder = false
  }

  /** How many names have a known cost, and how many of them are heavy on the loop, or use the database. */
  known(now: number): { readonly names: number; readonly loop: number; readonly database: number } {
    const known = { names: 0, loop: 0, database: 0 }
    for (const runs of this.all()) {
      const cost = runs.cost(this.#costs, now)
      if (cost === undefined) continue
      known.names++
      if (cost.cpuSeconds >= HEAVY_SECONDS) known.loop++
      if (connectionsOf(cost) > 0) known.database++
    }
    return known
  }

  #held(runs: NamedRuns, now: number): number {
    const cost = runs.cost(this.#costs, now)
    return cost === undefined ? 0 : runs.running * connectionsOf(cost)
  }
}
