import { Crossings } from './crossings.ts'
import { FrequencyTable } from './frequency-table.ts'
import { logit } from './logit.ts'
import { OnlineLogistic } from './online-logistic.ts'
import { RiseTail } from './rise-tail.ts'
import type { SeriesHistory } from './series-history.ts'
import type { Situation } from './situation.ts'
import { describeSituation, TABLE_SIZES, TABLES } from './situation.ts'

/** Origins that wait for their outcome at a time: more would say almost the same. */
const WAITING = 8
/** Inputs of the online logistic regression: a constant, the tables and the tail, then seven of the situation. */
export const INPUTS: number = 1 + TABLES + 1 + 7

const START = [0, ...new Array<number>(TABLES).fill(0.17), 0.1, 0, 0, 0, 0, 0, 0, 0]

/** One limit and one horizon: what of this series followed from situations like the present one. */
export class Target {
  readonly limit: number
  readonly horizonMs: number
  readonly crossings: Crossings
  readonly tables: readonly FrequencyTable[] = TABLE_SIZES.map(size => new FrequencyTable(size))
  readonly tail: RiseTail
  readonly online: OnlineLogistic = new OnlineLogistic(START)
  /** Outcomes known so far, and how many of them were crossings. */
  outcomes = 0
  crossed = 0
  /** Rate of crossings among the last few hundred outcomes. */
  recentRate = 0.1

  /** What does not change: kind, unit, step and horizon as features. */
  readonly traits: Float64Array
  readonly #intervalMs: number
  readonly #everyMs: number
  #lastOriginMs = -1
  #oldest = 0
  #count = 0
  readonly #originMs = new Float64Array(WAITING)
  readonly #from = new Float64Array(WAITING)
  readonly #peak = new Float64Array(WAITING)
  readonly #known = new Uint8Array(WAITING)
  readonly #cells = new Uint8Array(WAITING * TABLES)
  readonly #inputs = new Float32Array(WAITING * INPUTS)

  constructor(limit: number, horizonMs: number, intervalMs: number, traits: readonly number[]) {
    this.traits = Float64Array.from(traits)
    this.limit = limit
    this.horizonMs = horizonMs
    this.#intervalMs = intervalMs
    // Half an interval of tolerance, as samples come.
    this.#everyMs = horizonMs / WAITING - intervalMs / 2
    this.crossings = new Crossings(limit)
    this.tail = new RiseTail(limit)
  }

  /** The online base rate, with the prior that the benchmark's climatology has: Beta(0.5, 4.5). */
  get baseRate(): number {
    return (0.5 + 2 * this.crossed) / (5 + 2 * this.outcomes)
  }

  /** After the history has taken the sample in. */
  observe(history: SeriesHistory, interrupted: boolean, situation: Situation): void {
    const { nowMs, value } = history
    if (interrupted) this.#count = 0
    this.#settle(nowMs, value)
    this.crossings.observe(nowMs, value, this.#intervalMs)
    if (value >= this.limit || (this.#lastOriginMs >= 0 && nowMs - this.#lastOriginMs < this.#everyMs)) return
    describeSituation(situation, history, this)
    this.#wait(nowMs, value, situation)
  }

  #settle(nowMs: number, value: number): void {
    const crosses = value >= this.limit
    for (let k = 0; k < this.#count; k++) {
      const slot = (this.#oldest + k) % WAITING
      if (nowMs - this.#originMs[slot]! > this.horizonMs) {
        if (this.#known[slot] === 0) this.#learn(slot, 0)
        this.tail.learn(this.#peak[slot]! - this.#from[slot]!)
        this.#oldest = (this.#oldest + 1) % WAITING
        this.#count--
        k--
        continue
      }
      if (value > this.#peak[slot]!) this.#peak[slot] = value
      if (crosses && this.#known[slot] === 0) {
        this.#learn(slot, 1)
        this.#known[slot] = 1
      }
    }
  }

  #learn(slot: number, outcome: number): void {
    this.outcomes++
    this.crossed += outcome
    this.recentRate += (outcome - this.recentRate) / Math.min(this.outcomes + 5, 200)
    for (let t = 0; t < TABLES; t++) this.tables[t]!.learn(this.#cells[slot * TABLES + t]!, outcome)
    this.online.learn(this.#inputs, slot * INPUTS, outcome)
  }

  #wait(nowMs: number, value: number, situation: Situation): void {
    if (this.#count === WAITING) {
      this.#oldest = (this.#oldest + 1) % WAITING
      this.#count--
    }
    const slot = (this.#oldest + this.#count++) % WAITING
    this.#lastOriginMs = nowMs
    this.#originMs[slot] = nowMs
    this.#from[slot] = value
    this.#peak[slot] = value
    this.#known[slot] = 0
    this.#cells.set(situation.cells, slot * TABLES)
    this.#inputs.set(situation.inputs, slot * INPUTS)
  }

  tableLogit(table: number, cell: number): number {
    return logit(this.tables[table]!.rate(cell, this.baseRate))
  }
}
