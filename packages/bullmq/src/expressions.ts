import { attributes, metrics, promName, promScope } from '@homeostat/semconv'

const QUEUE = promName(attributes.queueName)

/** PromQL of how long the oldest job of each queue has waited for a worker, in seconds. */
export const oldestWaitingAge: string = `max by (${QUEUE}) (${promName(metrics.queueOldestWaitingAge)})`

/** PromQL of the jobs that wait for a worker, by queue. */
export const waitingJobs: string = `sum by (${QUEUE}) (${promName(metrics.queueJobs)}{${promScope('@homeostat/bullmq')}, ${promName(attributes.queueJobsState)}="waiting"})`

/** PromQL of the requests that wait for a connection to the database, by pool, whichever instrumentation reports them. */
export const poolWaits: string = `max by (${promName(attributes.dbPoolName)}) (${promName(metrics.dbConnectionPending)})`
