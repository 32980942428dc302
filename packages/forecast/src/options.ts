import { ForecastArgumentError } from './errors.ts'
import type { ModelData } from './model.ts'

/** What is known of a series before its first sample. */
export interface ForecastOptions {
  /** What the series measures; the pretrained model knows `cpu`, `memory`, `database` and `network`. */
  readonly kind: 'cpu' | 'memory' | 'database' | 'network'
  /** `ratio` for shares of a whole, anything else otherwise. @default `abs` */
  readonly unit?: string
  /** Usual time between two samples in milliseconds. */
  readonly intervalMs: number
  /** Limits that are watched from the first sample on. Others begin when they are first asked for. */
  readonly thresholds: readonly number[]
  /** How far ahead, in milliseconds; at least one interval each. */
  readonly horizonsMs: readonly number[]
  /** Weights of your own training in place of the shipped ones. @default the shipped weights */
  readonly model?: ModelData
}

/** @throws {ForecastArgumentError} for options that mean nothing */
export function checkOptions({ intervalMs, thresholds, horizonsMs }: ForecastOptions): void {
  if (!(intervalMs > 0) || !Number.isFinite(intervalMs))
    throw new ForecastArgumentError('intervalMs', intervalMs, 'a positive number of milliseconds')
  if (horizonsMs.length === 0) throw new ForecastArgumentError('horizonsMs', 'empty', 'at least one horizon')
  for (const threshold of thresholds) checkThreshold(threshold)
  for (const horizonMs of horizonsMs) checkHorizon(horizonMs, intervalMs)
}

export function checkThreshold(threshold: number): void {
  if (!Number.isFinite(threshold)) throw new ForecastArgumentError('a threshold', threshold, 'a finite number')
}

export function checkHorizon(horizonMs: number, intervalMs: number): void {
  if (!(horizonMs >= intervalMs) || !Number.isFinite(horizonMs))
    throw new ForecastArgumentError('a horizon', horizonMs, `at least one interval, ${intervalMs} ms`)
}
