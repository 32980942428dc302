import type { Bin, Forecast } from './measures.ts'
import { areaUnderCurve, averagePrecision, calibrationError, reliabilityOf } from './measures.ts'
import type { Origins, Task } from './tasks.ts'

/** Above that a forecast is acted on. */
const ACT = { cpu: 0.7, memory: 0.7, network: 0.7, database: 0.6 }
/** Tasks with fewer fresh origins say nothing about them. */
const ENOUGH_FRESH = 30

/** Something that forecasts, made anew for every task. */
export interface Predictor {
  readonly name: string
  create(task: Task): Forecasting
}

export interface Forecasting {
  observe(timestampMs: number, value: number): void
  probability(limit: number, horizonMs: number): number
}

export interface Figures {
  readonly bss: number
  readonly bssFresh: number
  readonly bssCold: number
  readonly auc: number
  readonly averagePrecision: number
  readonly ece: number
  readonly eceCold: number
  readonly precision: number
  readonly recall: number
  readonly reliability: readonly Bin[]
}

/** Scores a predictor as the forecasting benchmark does: every task weighs the same. */
export function evaluate(predictor: Predictor, tasks: readonly Task[], dropped = 0): Figures {
  const warm: Forecast[] = []
  const cold: Forecast[] = []
  const areas: number[] = []
  const brier = { own: 0, base: 0, ownFresh: 0, baseFresh: 0, ownCold: 0, baseCold: 0 }
  const acted = { right: 0, all: 0, crossed: 0 }
  for (const task of tasks) {
    const { outcome, climatology, fresh, at } = task.warm
    const own = run(predictor, task, task.warm, dropped)
    const w = 1 / at.length
    const level = ACT[task.series.kind]
    const forecasts = at.map((_, j): Forecast => ({ p: own[j]!, y: outcome[j]!, w }))
    forecasts.forEach(({ p, y }, j) => {
      brier.own += w * (p - y) ** 2
      brier.base += w * (climatology[j]! - y) ** 2
      acted.crossed += w * y
      if (p <= level) return
      acted.all += w
      acted.right += w * y
    })
    const freshAt = [...fresh.keys()].filter(j => fresh[j] === 1)
    if (freshAt.length > ENOUGH_FRESH) {
      brier.ownFresh += mean(freshAt.map(j => (own[j]! - outcome[j]!) ** 2))
      brier.baseFresh += mean(freshAt.map(j => (climatology[j]! - outcome[j]!) ** 2))
    }
    areas.push(areaUnderCurve(forecasts))
    warm.push(...forecasts)
    for (const origins of task.cold) {
      const p = run(predictor, task, origins, 0)
      const share = 1 / origins.at.length / task.cold.length
      p.forEach((p, j) => {
        const y = origins.outcome[j]!
        cold.push({ p, y, w: share })
        brier.ownCold += share * (p - y) ** 2
        brier.baseCold += share * (origins.climatology[j]! - y) ** 2
      })
    }
  }
  const reliability = reliabilityOf(warm)
  return {
    bss: 1 - brier.own / brier.base,
    bssFresh: 1 - brier.ownFresh / brier.baseFresh,
    bssCold: 1 - brier.ownCold / brier.baseCold,
    auc: mean(areas.filter(area => !Number.isNaN(area))),
    averagePrecision: averagePrecision(warm),
    ece: calibrationError(reliability),
    eceCold: calibrationError(reliabilityOf(cold)),
    precision: acted.right / acted.all,
    recall: acted.right / acted.crossed,
    reliability,
  }
}

/**
 * The forecast at each origin.
 *
 * @param dropped share of samples between origins that are lost; then thirty in a row every 1,500 are lost as well
 */
function run(
  predictor: Predictor,
  { series, limit, horizonMs }: Task,
  { from, at }: Origins,
  dropped: number,
): Float64Array {
  const { values, start, intervalMs } = series
  const forecasting = predictor.create({ series, limit, horizonMs } as Task)
  const said = new Float64Array(at.length)
  let k = 0
  for (let i = from; k < at.length; i++) {
    const asked = at[k] === i
    const lost = dropped > 0 && !asked && ((Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32 < dropped || i % 1500 > 1470)
    if (!lost) forecasting.observe(start + i * intervalMs, values[i]!)
    if (!asked) continue
    const p = forecasting.probability(limit, horizonMs)
    said[k++] = p >= 0 ? Math.min(1, p) : 0
  }
  return said
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
