// What compression makes of the bodies of an application's responses.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

export const httpCompressionPlain: MetricDefinition = {
  name: 'homeostat.http.compression.plain',
  kind: 'counter',
  unit: 'By',
  description: 'Bodies of compressible responses as the application made them',
  attributes: [a.httpRoute, a.httpCoding],
}

export const httpCompressionSent: MetricDefinition = {
  name: 'homeostat.http.compression.sent',
  kind: 'counter',
  unit: 'By',
  description: 'Bodies of compressible responses as they were sent',
  attributes: [a.httpRoute, a.httpCoding],
}

export const httpCompressionDuration: MetricDefinition = {
  name: 'homeostat.http.compression.duration',
  kind: 'counter',
  unit: 's',
  description: 'Time in which compressors worked, or waited for a thread of the pool',
  attributes: [a.httpRoute, a.httpCoding],
}

export const httpCompressionStep: MetricDefinition = {
  name: 'homeostat.http.compression.step',
  kind: 'gauge',
  unit: '1',
  description: 'Step of http.compression in force: 0 compresses nothing, 2 is the default, 5 the smallest',
  attributes: [],
}

export const httpCompressionTrialPlain: MetricDefinition = {
  name: 'homeostat.http.compression.trial.plain',
  kind: 'counter',
  unit: 'By',
  description: 'The same as homeostat.http.compression.plain, by half of the requests, while a trial divides them',
  attributes: [a.trialArm],
}

export const httpCompressionTrialSent: MetricDefinition = {
  name: 'homeostat.http.compression.trial.sent',
  kind: 'counter',
  unit: 'By',
  description: 'The same as homeostat.http.compression.sent, by half of the requests, while a trial divides them',
  attributes: [a.trialArm],
}

export const httpCompressionTrialDuration: MetricDefinition = {
  name: 'homeostat.http.compression.trial.duration',
  kind: 'counter',
  unit: 's',
  description: 'The same as homeostat.http.compression.duration, by half of the requests, while a trial divides them',
  attributes: [a.trialArm],
}
