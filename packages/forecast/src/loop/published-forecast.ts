import { attributes as a, metrics } from '@homeostat/semconv'
import type { LevelSeries, Registry } from '@homeostat/signals'
import type { Prediction } from '../forecaster.ts'
import type { Score } from '../running-score.ts'
import type { Horizon, ReadTarget } from './forecast-target.ts'

/** The gauges of one target and horizon. */
export class PublishedForecast {
  readonly #bin: (definition: (typeof metrics)[keyof typeof metrics], from: number) => LevelSeries
  readonly #probability: LevelSeries
  readonly #confidence: LevelSeries
  readonly #brier: LevelSeries
  readonly #baseRate: LevelSeries
  readonly #skill: LevelSeries
  readonly #outcomes: LevelSeries
  readonly #crossings: LevelSeries

  constructor(registry: Registry, { resource, name }: ReadTarget, { label }: Horizon) {
    const labels = { [a.forecastResource]: resource, [a.forecastTarget]: name, [a.forecastHorizon]: label }
    const level = (definition: (typeof metrics)[keyof typeof metrics]): LevelSeries =>
      registry.level(definition).with(labels)
    this.#bin = (definition, from) => registry.level(definition).with({ ...labels, [a.forecastBin]: from.toFixed(1) })
    this.#probability = level(metrics.forecastProbability)
    this.#confidence = level(metrics.forecastConfidence)
    this.#brier = level(metrics.forecastBrierScore)
    this.#baseRate = level(metrics.forecastBaseRate)
    this.#skill = level(metrics.forecastSkill)
    this.#outcomes = level(metrics.forecastOutcomes)
    this.#crossings = level(metrics.forecastCrossings)
  }

  /** Undefined where there is nothing to be said: its input is missing, or it is too young. */
  show(prediction: Prediction | undefined): void {
    if (prediction?.ready) {
      this.#probability.set(prediction.probability)
      this.#confidence.set(prediction.confidence)
    } else {
      this.#probability.clear()
      this.#confidence.clear()
    }
  }

  /** How good the forecasts have been. Bins in which there never was one have no series. */
  showScore({ outcomes, crossings, baseRate, brier, skill, reliability }: Score): void {
    if (outcomes === 0) return
    this.#brier.set(brier)
    this.#baseRate.set(baseRate)
    this.#outcomes.set(outcomes)
    this.#crossings.set(crossings)
    if (skill === undefined) this.#skill.clear()
    else this.#skill.set(skill)
    for (const { from, forecasts, meanProbability, frequency } of reliability) {
      if (forecasts === 0) continue
      this.#bin(metrics.forecastReliabilityForecasts, from).set(forecasts)
      this.#bin(metrics.forecastReliabilityProbability, from).set(meanProbability)
      this.#bin(metrics.forecastReliabilityFrequency, from).set(frequency)
    }
  }
}
