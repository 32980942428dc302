/** Cells of the tables: level by recency, time since above, time of day, minute of the hour, peaks by trend, level alone. */
const TABLE_SIZES = [40, 48, 96, 40, 36, 16] as const
export const TABLES: number = TABLE_SIZES.length
/** Cells of all tables. */
export const CELLS: number = TABLE_SIZES.reduce((sum, size) => sum + size, 0)
/** Where each table begins. */
export const TABLE_STARTS: readonly number[] = TABLE_SIZES.map((_, t) =>
  TABLE_SIZES.slice(0, t).reduce((sum, size) => sum + size, 0),
)
/** Inputs of the online regression: a constant, the tables, the tail of rises, the calendar and the situation. */
export const INPUTS: number = 1 + TABLES + 1 + 20

/** One moment of one limit and horizon in numbers; written over and over, so that nothing is allocated. */
export class Situation {
  readonly features: Float64Array
  /** The cell of each table, counted from the first cell of the first table. */
  readonly cells: Uint16Array = new Uint16Array(TABLES)
  readonly inputs: Float64Array = new Float64Array(INPUTS)
  /** Distance to the limit, never zero. */
  gap = 1
  /** Standard deviation over a day, never zero. */
  spread24h = 1
  /** The gap in steps of an hour, in random walks of a horizon. */
  walks = 0
  /** The gap in standard deviations of a week. */
  level = 0
  reach5 = 0
  reach30 = 0
  reach1h = 0
  reach3h = 0
  reach24h = 0
  fall5 = 0
  trend5 = 0
  trend15 = 0
  trend1h = 0
  slope = 0
  sinceAboveMs = 0
  /** Shares of earlier days, hours, half hours, and of the best period, whose same window had a crossing. */
  rateDays = 0
  rateHours = 0
  rateHalfHours = 0
  rateBest = 0
  wholeDays = 0
  /** The same in quarters of an hour. */
  daysShare = 0
  hoursShare = 0
  daysKnown = 0

  constructor(features: number) {
    this.features = new Float64Array(features)
  }
}
