// npm run bench -- forecast: the forecaster beside climatology, random walk, predict_linear and damped Holt.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ModelData } from '@homeostat/forecast'
import { create } from '@homeostat/forecast'
import { baselines } from './baselines.ts'
import type { Cost } from './cost.ts'
import { measureCost } from './cost.ts'
import type { Figures, Predictor } from './evaluation.ts'
import { evaluate } from './evaluation.ts'
import { plotReliability } from './reliability-plot.ts'
import { generateSeries, readSeries } from './series.ts'
import { tasksOf } from './tasks.ts'

const ROOT = new URL('../../../../', import.meta.url)
/** Where the data lies that cannot be part of the repository. */
const DATA = new URL('../shared/forecast/data', ROOT)
/** Models each of which has not seen the machines of its fold. */
const FOLDS = new URL('packages/forecast/training/fold-models.json', ROOT)
const DROPPED = 0.05

export interface ForecastOptions {
  readonly rounds: number
  /** Minutes between two forecasts that are scored. */
  readonly stride: number
  readonly data?: string | undefined
  /** Writes the reliability diagram of ours there. */
  readonly plot?: string | undefined
  /** Days of generated series, in place of data. */
  readonly days?: number | undefined
  readonly onProgress: (text: string) => void
}

/** What `--json` prints of one predictor. */
export interface ForecastRow extends Figures, Cost {
  readonly bench: 'forecast'
  readonly path: 'development' | 'generated'
  readonly variant: string
  readonly series: number
  readonly tasks: number
  /** Skill that is lost when 5 % of the samples are; for ours only. */
  readonly lossDropped?: number
}

/** Scores all predictors on the development set, or on generated series when it is not there. */
export function runForecastBench(options: ForecastOptions): ForecastRow[] {
  const { rounds, stride, onProgress } = options
  const folder = resolve(options.data ?? DATA.pathname)
  const real = options.days === undefined && existsSync(folder) ? readSeries(folder) : undefined
  const series = real ?? generateSeries(options.days ?? 20)
  onProgress(`forecast: ${series.length} ${real ? `series of ${folder}` : 'generated series'}`)
  const tasks = tasksOf(series, stride)
  return [ours(), ...baselines].map((predictor): ForecastRow => {
    onProgress(`forecast: ${predictor.name}, ${tasks.length} tasks`)
    const figures = evaluate(predictor, tasks)
    const isOurs = predictor.name === 'ours'
    if (isOurs) onProgress('forecast: ours, 5 % of the samples dropped')
    const lossDropped = isOurs ? { lossDropped: figures.bss - evaluate(predictor, tasks, DROPPED).bss } : undefined
    const cost = measureCost(predictor, tasks[0]!, rounds)
    if (isOurs && options.plot) writeFileSync(options.plot, plotReliability(figures.reliability))
    const counts = { series: series.length, tasks: tasks.length }
    const path = real ? 'development' : 'generated'
    return { bench: 'forecast', path, variant: predictor.name, ...counts, ...figures, ...cost, ...lossDropped }
  })
}

/** On a series that the shipped model was trained on, the model of the fold that was not. */
function ours(): Predictor {
  const { foldOf, models } = JSON.parse(readFileSync(FOLDS, 'utf8')) as {
    foldOf: Record<string, number>
    models: ModelData[]
  }
  return {
    name: 'ours',
    create({ series: { id, kind, unit, intervalMs }, limit, horizonMs }) {
      const model = models[foldOf[id] ?? -1]
      const known = { kind, unit, intervalMs, thresholds: [limit], horizonsMs: [horizonMs] }
      return create(model ? { ...known, model } : known)
    },
  }
}
