import type { Predictor } from './evaluation.ts'
import type { Task } from './tasks.ts'

export interface Cost {
  readonly usPerProbability: number
  readonly usPerObserve: number
  readonly kbPerSeries: number
}

const SAMPLES = 4000
const KEPT = 200
/** Observations that are timed together: a clock reading costs as much as one of them. */
const BLOCK = 50

/** Medians over one series, the cheapest of several rounds: a busy machine only ever adds. */
export function measureCost(predictor: Predictor, task: Task, rounds: number): Cost {
  const probabilities: number[] = []
  const observes: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { probability, observe } = time(predictor, task)
    probabilities.push(probability)
    observes.push(observe)
  }
  return {
    usPerProbability: Math.min(...probabilities),
    usPerObserve: Math.min(...observes),
    kbPerSeries: memory(predictor, task),
  }
}

function time(predictor: Predictor, task: Task): { probability: number; observe: number } {
  const { series, limit, horizonMs } = task
  const { values, start, intervalMs } = series
  const forecasting = predictor.create(task)
  const observed: number[] = []
  const asked: number[] = []
  for (let i = 0; i + BLOCK <= values.length; i += BLOCK) {
    const before = process.hrtime.bigint()
    for (let j = i; j < i + BLOCK; j++) forecasting.observe(start + j * intervalMs, values[j]!)
    const between = process.hrtime.bigint()
    forecasting.probability(limit, horizonMs)
    observed.push(Number(between - before) / 1000 / BLOCK)
    asked.push(Number(process.hrtime.bigint() - between) / 1000)
  }
  return { probability: median(asked), observe: median(observed) }
}

function memory(predictor: Predictor, task: Task): number {
  const { values, start, intervalMs } = task.series
  const kept: unknown[] = []
  const before = used()
  for (let k = 0; k < KEPT; k++) {
    const forecasting = predictor.create(task)
    for (let i = 0; i < Math.min(SAMPLES, values.length); i++) forecasting.observe(start + i * intervalMs, values[i]!)
    forecasting.probability(task.limit, task.horizonMs)
    kept.push(forecasting)
  }
  return (used() - before) / kept.length / 1024
}

function used(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
