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

/** Locks of BullMQ last 30 s by default; a block that is shorter than a second harms none. */
const BLOCKED_BUCKETS: readonly number[] = [0.5, 1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 300]

export const queueLockRenewals: MetricDefinition = {
  name: 'homeostat.queue.lock.renewals',
  kind: 'counter',
  unit: '{renewal}',
  description: 'Renewals of the locks of jobs by the stall guard while the event loop was blocked',
  attributes: [a.queueName, a.jobName],
}

export const queueGuardedJobs: MetricDefinition = {
  name: 'homeostat.queue.guarded.jobs',
  kind: 'counter',
  unit: '{job}',
  description: 'Jobs whose lock would have expired while the event loop was blocked, by what became of it',
  attributes: [a.queueName, a.jobName, a.lockOutcome],
}

export const queueBlockedDuration: MetricDefinition = {
  name: 'homeostat.queue.blocked.duration',
  kind: 'histogram',
  unit: 's',
  description: 'How long the event loop was blocked when the lock of a job would have expired',
  attributes: [a.queueName, a.jobName],
  buckets: BLOCKED_BUCKETS,
}

export const queueArrivalRate: MetricDefinition = {
  name: 'homeostat.queue.arrival.rate',
  kind: 'gauge',
  unit: '{job}/s',
  description: 'Jobs of the whole queue that become ready for a worker',
  attributes: [a.queueName],
}

export const queueServiceRate: MetricDefinition = {
  name: 'homeostat.queue.service.rate',
  kind: 'gauge',
  unit: '{job}/s',
  description: 'Jobs of the whole queue that end',
  attributes: [a.queueName],
}

export const queueUtilization: MetricDefinition = {
  name: 'homeostat.queue.utilization',
  kind: 'gauge',
  unit: '1',
  description: 'Arrival rate times run time, by the jobs that the known workers run at once; above 1 the queue grows',
  attributes: [a.queueName],
}

export const queueDrainEta: MetricDefinition = {
  name: 'homeostat.queue.drain.eta',
  kind: 'gauge',
  unit: 's',
  description: 'How long it takes at the present service rate until the jobs that wait now have started',
  attributes: [a.queueName],
}

export const queueConcurrencyNeeded: MetricDefinition = {
  name: 'homeostat.queue.concurrency.needed',
  kind: 'gauge',
  unit: '{job}',
  description:
    'How many jobs have to run at once to keep the oldest waiting job within the target age: the number to scale on',
  attributes: [a.queueName],
}

const JOB = [a.queueName, a.jobName]
const WAIT_BUCKETS: readonly number[] = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600]
const RUN_BUCKETS: readonly number[] = [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900]

export const queueJobWait: MetricDefinition = {
  name: 'homeostat.queue.job.wait.duration',
  kind: 'histogram',
  unit: 's',
  description:
    'How long jobs have waited for a worker when their first attempt starts, without the delay that they asked for',
  attributes: JOB,
  buckets: WAIT_BUCKETS,
}

export const queueJobDuration: MetricDefinition = {
  name: 'homeostat.queue.job.run.duration',
  kind: 'histogram',
  unit: 's',
  description: 'How long the processor takes for one attempt of a job',
  attributes: JOB,
  buckets: RUN_BUCKETS,
}

export const queueJobRuns: MetricDefinition = {
  name: 'homeostat.queue.job.runs',
  kind: 'counter',
  unit: '{run}',
  description: 'Attempts of jobs that have ended, by outcome',
  attributes: [...JOB, a.jobOutcome],
}

export const queueJobFailures: MetricDefinition = {
  name: 'homeostat.queue.job.failures',
  kind: 'counter',
  unit: '{job}',
  description: 'Jobs that have failed and are not tried again',
  attributes: JOB,
}

export const queueStalledJobs: MetricDefinition = {
  name: 'homeostat.queue.stalled.jobs',
  kind: 'counter',
  unit: '{job}',
  description: 'Jobs that a worker of this process has found without a lock, and that run again',
  attributes: [a.queueName],
}

export const queueJobCpuTime: MetricDefinition = {
  name: 'homeostat.queue.job.cpu.time',
  kind: 'gauge',
  unit: 's',
  description: 'CPU time of the main thread that one run of a job takes on average',
  attributes: JOB,
}

export const queueJobBlockedTime: MetricDefinition = {
  name: 'homeostat.queue.job.blocked.time',
  kind: 'gauge',
  unit: 's',
  description: 'How long one run of a job holds the event loop on average, in holds of 10 ms or more',
  attributes: JOB,
}

export const queueJobDatabaseTime: MetricDefinition = {
  name: 'homeostat.queue.job.database.time',
  kind: 'gauge',
  unit: 's',
  description: 'How long the statements of one run of a job take in databases on average, each counted by itself',
  attributes: JOB,
}

export const queueJobRedisTime: MetricDefinition = {
  name: 'homeostat.queue.job.redis.time',
  kind: 'gauge',
  unit: 's',
  description: 'How long one run of a job waits for Redis on average; commands that wait together count once',
  attributes: JOB,
}

export const queueJobAllocation: MetricDefinition = {
  name: 'homeostat.queue.job.allocation',
  kind: 'gauge',
  unit: 'By',
  description: 'Memory that one run of a job allocates on average',
  attributes: JOB,
}

export const queueTrialMoments: MetricDefinition = {
  name: 'homeostat.queue.trial.moments',
  kind: 'counter',
  unit: '{moment}',
  description: 'Moments, a millisecond apart, in which a trial has watched the event loop, by half',
  attributes: [a.trialArm],
}

export const queueTrialDelay: MetricDefinition = {
  name: 'homeostat.queue.trial.delay',
  kind: 'counter',
  unit: 's',
  description: 'How late the event loop would have run something that was due at each of these moments, by half',
  attributes: [a.trialArm],
}
