// Forecasts of bottlenecks, and how good they have been.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

const ofForecast = [a.forecastResource, a.forecastTarget, a.forecastHorizon] as const

export const forecastProbability: MetricDefinition = {
  name: 'homeostat.forecast.probability',
  kind: 'gauge',
  unit: '1',
  description: 'Probability that a target reaches its limit within the horizon',
  attributes: ofForecast,
}

export const forecastConfidence: MetricDefinition = {
  name: 'homeostat.forecast.confidence',
  kind: 'gauge',
  unit: '1',
  description: 'How far the probability can be relied on, 0 to 1',
  attributes: ofForecast,
}

export const forecastBrierScore: MetricDefinition = {
  name: 'homeostat.forecast.brier_score',
  kind: 'gauge',
  unit: '1',
  description: 'Mean squared error of the probabilities whose outcome is known; lower is better',
  attributes: ofForecast,
}

export const forecastBaseRate: MetricDefinition = {
  name: 'homeostat.forecast.base_rate',
  kind: 'gauge',
  unit: '1',
  description: 'Share of the known outcomes in which the limit was reached',
  attributes: ofForecast,
}

export const forecastSkill: MetricDefinition = {
  name: 'homeostat.forecast.skill',
  kind: 'gauge',
  unit: '1',
  description: 'Brier skill score: 1 is perfect, 0 is no better than the base rate',
  attributes: ofForecast,
}

export const forecastOutcomes: MetricDefinition = {
  name: 'homeostat.forecast.outcomes',
  kind: 'gauge',
  unit: '{outcome}',
  description: 'Forecasts whose outcome is known',
  attributes: ofForecast,
}

export const forecastCrossings: MetricDefinition = {
  name: 'homeostat.forecast.crossings',
  kind: 'gauge',
  unit: '{outcome}',
  description: 'Forecasts after which the limit was reached',
  attributes: ofForecast,
}

export const forecastReliabilityFrequency: MetricDefinition = {
  name: 'homeostat.forecast.reliability.frequency',
  kind: 'gauge',
  unit: '1',
  description: 'How often the limit was reached after probabilities of a bin',
  attributes: [...ofForecast, a.forecastBin],
}

export const forecastReliabilityProbability: MetricDefinition = {
  name: 'homeostat.forecast.reliability.probability',
  kind: 'gauge',
  unit: '1',
  description: 'Mean of the probabilities of a bin',
  attributes: [...ofForecast, a.forecastBin],
}

export const forecastReliabilityForecasts: MetricDefinition = {
  name: 'homeostat.forecast.reliability.forecasts',
  kind: 'gauge',
  unit: '{forecast}',
  description: 'Probabilities of a bin whose outcome is known, faded with time',
  attributes: [...ofForecast, a.forecastBin],
}
