// Popular content at the edge.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

export const httpWarmingRequests: MetricDefinition = {
  name: 'homeostat.http.warming.requests',
  kind: 'counter',
  unit: '{request}',
  description: 'Requests through the edge that warm popular content, by what the edge said of the answer',
  attributes: [a.warmingResult],
}

export const httpWarmingMisses: MetricDefinition = {
  name: 'homeostat.http.warming.misses',
  kind: 'counter',
  unit: '{request}',
  description: 'Requests of clients for content that the edge may keep, which reached this origin',
  attributes: [],
}

export const httpWarmingTrialMisses: MetricDefinition = {
  name: 'homeostat.http.warming.trial.misses',
  kind: 'counter',
  unit: '{request}',
  description: 'The same as homeostat.http.warming.misses, by half of the URLs, while a trial divides them',
  attributes: [a.trialArm],
}

export const httpWarmingTrialUrls: MetricDefinition = {
  name: 'homeostat.http.warming.trial.urls',
  kind: 'gauge',
  unit: '{url}',
  description: 'Popular URLs in each half, while a trial divides them and the edge says what it has',
  attributes: [a.trialArm],
}
