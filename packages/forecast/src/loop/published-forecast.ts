import type { MetricDefinition } from '@homeostat/semconv'
import { attributes as a, metrics } from '@homeostat/semconv'
import type { LevelSeries, Registry } from '@homeostat/signals'
import type { Prediction } from '../forecaster.ts'
import type { Score } from '../learning/running-score.ts'
import type { Horizon, ReadTarget } from './forecast-target.ts'

/** The gauges of one target and horizon. */
export class PublishedForecast {
  readonly #registry: Registry
  readonly #labels: Readonly<Record<string, string>>
  /** By metric and bin: those that have had a value. */
  readonly #levels = new Map<string, LevelSeries>()

  constructor(registry: Registry, { resource, name }: ReadTarget, { label }: Horizon) {
    this.#registry = registry
    this.#labels = { [a.forecastResource]: resource, [a.forecastTarget]: name, [a.forecastHorizon]: label }
  }

  /** Undefined without a forecast: its input is missing, or it is too young. */
  show({ probability, confidence }: Partial<Prediction> = {}): void {
    this.#set(metrics.forecastProbability, probability)
    this.#set(metrics.forecastConfidence, confidence)
  }

  /** How good the forecasts have been. Bins in which there never was one have no series. */
  showScore({ outcomes, crossings, baseRate, brier, skill, reliability }: Score): void {
    if (outcomes === 0) return
    this.#set(metrics.forecastBrierScore, brier)
    this.#set(metrics.forecastBaseRate, baseRate)
    this.#set(metrics.forecastOutcomes, outcomes)
    this.#set(metrics.forecastCrossings, crossings)
    this.#set(metrics.forecastSkill, skill)
    for (const { from, forecasts, meanProbability, frequency } of reliability) {
      if (forecasts === 0) continue
      this.#set(metrics.forecastReliabilityForecasts, forecasts, from)
      this.#set(metrics.forecastReliabilityProbability, meanProbability, from)
      this.#set(metrics.forecastReliabilityFrequency, frequency, from)
    }
  }

  /** Ends the series of a forecaster that is gone. */
  clear(): void {
    for (const level of this.#levels.values()) level.clear()
  }

  #set(definition: MetricDefinition, value: number | undefined, bin?: number): void {
    const key = bin === undefined ? definition.name : `${definition.name} ${bin}`
    let level = this.#levels.get(key)
    if (level === undefined) {
      if (value === undefined) return
      const labels = bin === undefined ? this.#labels : { ...this.#labels, [a.forecastBin]: bin.toFixed(1) }
      level = this.#registry.level(definition).with(labels)
      this.#levels.set(key, level)
    }
    // A level that is not a number is left out.
    level.set(value ?? Number.NaN)
  }
}
