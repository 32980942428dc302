import { attributes, metrics, promName, promScope } from '@homeostat/semconv'

const QUEUE = promName(attributes.queueName)

/** PromQL of how long the oldest job of each queue has waited for a worker, in seconds. */
export const oldestWaitingAge: string = `max by (${QUEUE}) (${promName(metrics.queueOldestWaitingAge)})`

/** PromQL of the jobs that wait for a worker, by queue. */
export const waitingJobs: string = `sum by (${QUEUE}) (${promName(metrics.queueJobs)}{${promScope('@homeostat/bullmq')}, ${promName(attributes.queueJobsState)}="waiting"})`
