import type { Experience } from '../experience.ts'
import { logit } from '../learning/logit.ts'
import type { SeriesHistory } from '../series-history.ts'
import type { Aspects } from './aspects.ts'
import type { Rows } from './rows.ts'
import { TABLE_STARTS, TABLES } from './tables.ts'

const HOUR_MS = 3_600_000

/** Crossing rates that the experience has learned in similar situations, and how much it has learned from. All odds are log odds. */
export class Learned {
  /** The cell of each table, counted from the first cell of the first table. */
  readonly cells: Uint16Array = new Uint16Array(TABLES.length)
  readonly tableOdds: Float64Array = new Float64Array(TABLES.length)
  tailOdds = 0
  baseOdds = 0
  recentOdds = 0
  /** The online regression's log odds and their variance. */
  onlineOdds = 0
  onlineVariance = 0

  look(aspects: Aspects, history: SeriesHistory, experience: Experience): void {
    const { tables, tail, baseRate, outcomes, horizonMs } = experience
    for (let t = 0; t < TABLES.length; t++) {
      const cell = TABLE_STARTS[t]! + TABLES[t]!.cellOf(aspects, history, horizonMs)
      this.cells[t] = cell
      this.tableOdds[t] = logit(tables.rate(cell, baseRate))
    }
    this.tailOdds = logit((tail.atLeast(aspects.level.gap) * outcomes + baseRate) / (outcomes + 1))
    this.baseOdds = logit(baseRate)
    this.recentOdds = logit(experience.recentRate)
  }

  /** Evaluates the online regression, after its inputs have been written. */
  ask(features: Rows, inputs: Float64Array, { nowMs }: SeriesHistory, experience: Experience): void {
    const { tables, online, outcomes, crossed } = experience
    this.onlineOdds = online.logOdds(inputs, 0)
    this.onlineVariance = online.varianceOf(inputs)
    for (let t = 0; t < TABLES.length; t++) features.row(TABLES[t]!.name, this.tableOdds[t]!)
    features.row('tail', this.tailOdds)
    features.row('cellCount', tables.count(this.cells[0]!))
    features.row('online', this.onlineOdds)
    features.row('onlineVariance', this.onlineVariance)
    features.row('baseRate', this.baseOdds)
    features.row('recentRate', this.recentOdds)
    features.row('outcomes', Math.log2(1 + outcomes))
    features.row('crossed', Math.log2(1 + crossed))
    features.row('age', Math.log2(1 + nowMs / HOUR_MS))
  }
}
