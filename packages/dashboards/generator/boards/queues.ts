import { attributes as a, metrics as m } from '@homeostat/semconv'
import { type Board, lines, named, stacked, table } from '../board.ts'
import { quantile, rate, total, worst } from '../query.ts'

const QUEUE = [a.queueName] as const
const JOB = [a.queueName, a.jobName] as const

export const queues: Board = {
  id: 'queues',
  title: 'Homeostat: queues',
  description: 'BullMQ: what waits and for how long, what jobs cost, and how many workers are needed.',
  rows: [
    {
      title: 'Backlog',
      panels: [
        // Every process reports the same queue: the largest, not the sum.
        stacked('Jobs by state', 'number', worst(m.queueJobs, { by: [a.queueName, a.queueJobsState] })),
        lines('Oldest waiting job', 'seconds', worst(m.queueOldestWaitingAge, { by: QUEUE })),
        lines('Arrivals and service', 'per second', [
          named('arrive', worst(m.queueArrivalRate, { by: QUEUE })),
          named('end', worst(m.queueServiceRate, { by: QUEUE })),
        ]),
        lines('Utilization: above 1 the queue grows', 'share', worst(m.queueUtilization, { by: QUEUE }), { red: 1 }),
        lines('Time until the queue is empty', 'seconds', worst(m.queueDrainEta, { by: QUEUE })),
        lines(
          'Jobs at once that are needed: the number to scale on',
          'number',
          worst(m.queueConcurrencyNeeded, { by: QUEUE }),
        ),
      ],
    },
    {
      title: 'Jobs',
      panels: [
        lines('Attempts', 'per second', rate(m.queueJobRuns, { by: [a.queueName, a.jobName, a.jobOutcome] })),
        table('Jobs that have failed for good', 'number', total(m.queueJobFailures, { by: JOB })),
        lines('Time in the queue, 95th percentile', 'seconds', quantile(0.95, m.queueJobWait, { by: JOB })),
        lines('Duration, 95th percentile', 'seconds', quantile(0.95, m.queueJobDuration, { by: JOB })),
      ],
    },
    {
      title: 'What one run costs',
      panels: [
        lines('CPU time', 'seconds', worst(m.queueJobCpuTime, { by: JOB })),
        lines('Time for which it holds the event loop', 'seconds', worst(m.queueJobBlockedTime, { by: JOB })),
        lines('Time in databases', 'seconds', worst(m.queueJobDatabaseTime, { by: JOB })),
        lines('Time for Redis', 'seconds', worst(m.queueJobRedisTime, { by: JOB })),
        lines('Memory', 'bytes', worst(m.queueJobAllocation, { by: JOB }), { width: 24 }),
      ],
    },
    {
      title: 'Locks',
      panels: [
        lines('Stalled jobs', 'per second', rate(m.queueStalledJobs, { by: QUEUE })),
        lines('Locks renewed while the event loop was blocked', 'per second', rate(m.queueLockRenewals, { by: JOB })),
        table(
          'Jobs whose lock would have expired',
          'number',
          total(m.queueGuardedJobs, { by: [a.queueName, a.jobName, a.lockOutcome] }),
        ),
        lines(
          'How long the loop was blocked, 95th percentile',
          'seconds',
          quantile(0.95, m.queueBlockedDuration, { by: JOB }),
        ),
      ],
    },
  ],
}
