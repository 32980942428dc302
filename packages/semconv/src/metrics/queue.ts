// Queues.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

const BULLMQ_OTEL = 'bullmq-otel 2.x'

export const queueJobs: MetricDefinition = {
  name: 'bullmq.queue.jobs',
  kind: 'gauge',
  unit: '{jobs}',
  description: 'Jobs in a queue by state',
  attributes: [a.queueName, a.queueJobsState],
  upstream: BULLMQ_OTEL,
}

export const queueOldestWaitingAge: MetricDefinition = {
  name: 'homeostat.queue.oldest_waiting.age',
  kind: 'gauge',
  unit: 's',
  description: 'How long the oldest waiting job has waited',
  attributes: [a.queueName],
}
