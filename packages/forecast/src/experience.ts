import type { Arena } from './learning/arena.ts'
import { CrossingCalendar } from './crossing-calendar.ts'
import { Crossings } from './crossings.ts'
import { FrequencyTables } from './learning/frequency-tables.ts'
import { OnlineLogistic } from './learning/online-logistic.ts'
import { RiseTail } from './rise-tail.ts'
import type { SeriesHistory } from './series-history.ts'
import { BUCKET_MS, BUCKETS_KEPT, EMPTY } from './series-history.ts'

/** Weight of the rate among recent outcomes. */
const RECENT = 200
/** Outcomes that make what is usual. */
const USUAL = 2000
const PRIOR_SAMPLES = 5
/** How far the regression of a series may be from where it begins: the constant, then each other input. */
const CONSTANT_DEVIATION = 0.5
const DEVIATION = 0.3

/** The sizes of a situation, for which an experience reserves memory. */
export interface Shape {
  readonly inputs: number
  readonly tables: number
  /** Cells of all tables. */
  readonly cells: number
}

/** What has been learned at one limit for one horizon. */
export class Experience {
  readonly limit: number
  readonly horizonMs: number
  /** Square root of the samples to the horizon: how far a random walk gets, in steps between samples. */
  readonly walk: number
  readonly crossings: Crossings
  readonly calendar: CrossingCalendar
  readonly tables: FrequencyTables
  readonly tail: RiseTail
  readonly online: OnlineLogistic
  /** Means of the regression's inputs: what is usual here. */
  readonly usual: Float32Array
  /** Outcomes known so far, and how many of them were crossings. */
  outcomes = 0
  crossed = 0
  readonly #shape: Shape
  /** Beta(0.5, 4.5), as the benchmark's climatology has it, unless {@link recall} knows better. */
  #priorRate = 0.5 / PRIOR_SAMPLES
  /** Rate of crossings among the last few hundred outcomes. */
  recentRate = 0.1
  /** How much of the horizon had usually passed when a crossing came. */
  usualLead = 0.5

  constructor(
    limit: number,
    horizonMs: number,
    { intervalMs }: SeriesHistory,
    start: readonly number[],
    shape: Shape,
    arena: Arena,
  ) {
    this.limit = limit
    this.horizonMs = horizonMs
    this.walk = Math.sqrt(horizonMs / intervalMs)
    this.#shape = shape
    this.crossings = new Crossings(limit, arena)
    this.online = new OnlineLogistic(
      start,
      start.map((_, i) => (i === 0 ? CONSTANT_DEVIATION : DEVIATION)),
      arena,
    )
    this.usual = arena.float32(shape.inputs)
    this.tail = new RiseTail(limit, arena)
    this.calendar = new CrossingCalendar(horizonMs, intervalMs, arena)
    this.tables = new FrequencyTables(shape.cells, arena)
  }

  /** The base rate so far, beginning with a prior of five samples; every outcome stands for two. */
  get baseRate(): number {
    return (PRIOR_SAMPLES * this.#priorRate + 2 * this.crossed) / (PRIOR_SAMPLES + 2 * this.outcomes)
  }

  /** Takes in what followed from a situation of the past, given by its cells and inputs. */
  learn(cells: Uint16Array, cellsAt: number, inputs: Float32Array, inputsAt: number, outcome: number): void {
    const { inputs: inputCount, tables: tableCount } = this.#shape
    this.outcomes++
    this.crossed += outcome
    this.recentRate += (outcome - this.recentRate) / Math.min(this.outcomes + 5, RECENT)
    for (let t = 0; t < tableCount; t++) this.tables.learn(cells[cellsAt + t]!, outcome)
    const weight = 1 / Math.min(this.outcomes, USUAL)
    for (let i = 0; i < inputCount; i++) this.usual[i]! += weight * (inputs[inputsAt + i]! - this.usual[i]!)
    this.online.learn(inputs, inputsAt, outcome)
  }

  /** A crossing came after so much of the horizon, 0 to 1. */
  sawLead(lead: number): void {
    this.usualLead += (lead - this.usualLead) / Math.min(this.crossed + 1, RECENT)
  }

  /** Begins with what was learned at another limit: the inputs are free of units, so the weights mean the same. */
  learnFrom({ online }: Experience): void {
    this.online.weights.set(online.weights)
    this.online.covariance.set(online.covariance)
  }

  /** Finds in a week's peaks when a limit that was not watched was crossed, to a quarter of an hour. */
  recall(history: SeriesHistory): void {
    const { bucket, nowMs, wallMs } = history
    const bucketStartMs = bucket * BUCKET_MS
    const ahead = Math.ceil(this.horizonMs / BUCKET_MS)
    let below = 0.9 * PRIOR_SAMPLES
    let followed = 0.1 * PRIOR_SAMPLES
    for (let back = BUCKETS_KEPT - 1; back > 0; back--) {
      const peak = history.peakOf(bucket - back + BUCKETS_KEPT, 1)
      const atMs = nowMs - (wallMs - bucketStartMs) - back * BUCKET_MS
      if (peak === EMPTY || atMs < 0) continue
      this.crossings.observe(atMs, peak, BUCKET_MS)
      this.calendar.observe(bucketStartMs - back * BUCKET_MS, peak >= this.limit)
      if (peak >= this.limit || back <= ahead) continue
      if (history.peakOf(bucket - back + 1 + BUCKETS_KEPT, ahead) >= this.limit) followed++
      else below++
    }
    this.#priorRate = followed / (followed + below)
    this.recentRate = this.#priorRate
  }

  static bytes(horizonMs: number, intervalMs: number, { inputs, cells }: Shape): number {
    const own = 4 * inputs + OnlineLogistic.bytes(inputs) + FrequencyTables.bytes(cells)
    return own + Crossings.bytes + RiseTail.bytes + CrossingCalendar.bytes(horizonMs, intervalMs)
  }

  save(): readonly number[] {
    const { outcomes, crossed, recentRate, usualLead, calendar, crossings } = this
    return [this.#priorRate, outcomes, crossed, recentRate, usualLead, calendar.slot, ...crossings.save()]
  }

  restore(numbers: readonly number[]): void {
    this.#priorRate = numbers[0]!
    this.outcomes = numbers[1]!
    this.crossed = numbers[2]!
    this.recentRate = numbers[3]!
    this.usualLead = numbers[4]!
    this.calendar.slot = numbers[5]!
    this.crossings.restore(numbers.slice(6))
  }
}
