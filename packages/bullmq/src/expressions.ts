import { attributes, metrics, promAnywhere, promName, promScope } from '@homeostat/semconv'

const QUEUE = promName(attributes.queueName)

/** PromQL of how long the oldest job of each queue has waited for a worker, in seconds. */
export const oldestWaitingAge: string = `max by (${QUEUE}) (${promName(metrics.queueOldestWaitingAge)})`

/** PromQL of the jobs that wait for a worker, by queue. */
export const waitingJobs: string = `sum by (${QUEUE}) (${promName(metrics.queueJobs)}{${promScope('@homeostat/bullmq')}, ${promName(attributes.queueJobsState)}="waiting"})`

/** PromQL of the jobs that run, of all queues, whichever instrumentation reports them. */
export const activeJobs: string = promAnywhere(
  '@homeostat/bullmq',
  scope => `sum(${promName(metrics.queueJobs)}{${scope}, ${promName(attributes.queueJobsState)}="active"})`,
)

const ARM = promName(attributes.trialArm)
const byArm = (metric: string): string => `sum by (${ARM}) (rate(${metric}[15s]))`
const DELAY_BY_ARM = `${byArm(promName(metrics.queueTrialDelay))} / ${byArm(promName(metrics.queueTrialMoments))}`
const DELAY_BUCKETS = `${promName(metrics.eventLoopDelay)}_bucket`

/**
 * PromQL of how late the event loop runs, in seconds: while a trial compares slots of time, the mean of each half; otherwise the p99 of
 * the last 15 s, which is soon enough to tell two minutes apart.
 */
export const delayByArm: string = `${DELAY_BY_ARM} or (histogram_quantile(0.99, sum by (le) (rate(${DELAY_BUCKETS}[15s]))) unless on () ${byArm(promName(metrics.queueTrialMoments))})`

/** PromQL of the requests that wait for a connection to the database, by pool, whichever instrumentation reports them. */
export const poolWaits: string = `max by (${promName(attributes.dbPoolName)}) (${promName(metrics.dbConnectionPending)})`
