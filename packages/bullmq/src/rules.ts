import type { Rule } from '@homeostat/optimizer'
import { attributes, metrics, promName } from '@homeostat/semconv'
import { loopIsDelayed } from '@homeostat/runtime/expressions'
import { HEAVY_SECONDS } from './admission/job-demands.ts'
import { activeJobs, oldestWaitingAge, poolWaits } from './expressions.ts'

const QUEUE = promName(attributes.queueName)
const POOL = promName(attributes.dbPoolName)

/** Several jobs run: one alone has no other one to wait for. */
const severalRun = `and on () ${activeJobs} > 1`

/** Jobs of some name are known to compute: where none do, something else delays the loop. */
const someCompute = `and on () max(${promName(metrics.queueJobCpuTime)}) >= ${HEAVY_SECONDS}`

export interface RuleOptions {
  /** The longest a job may wait for a worker, in seconds. */
  readonly maxWaitSeconds: number
}

/** The package's alerting rules. */
export function rules({ maxWaitSeconds }: RuleOptions): readonly Rule[] {
  return [
    {
      alert: 'QueueBacklog',
      // The age and not the number of jobs: it is what those who wait feel, and it needs no idea of a job's length.
      expr: `${oldestWaitingAge} > ${maxWaitSeconds}`,
      for: '15s',
      keepFiringFor: '30s',
      labels: { severity: 'medium' },
      annotations: {
        summary: `The oldest job of the queue {{ $labels.${QUEUE} }} has waited {{ $value | humanizeDuration }}`,
      },
    },
    {
      alert: 'JobsDelayLoop',
      expr: `(${loopIsDelayed}) ${severalRun} ${someCompute}`,
      for: '15s',
      keepFiringFor: '1m',
      labels: { severity: 'medium' },
      annotations: {
        summary:
          'the event loop ran {{ $value | humanizeDuration }} late within the last minute, while several jobs ran, some of which compute',
        description:
          'Jobs that compute hold the event loop one after the other, and everything else waits for them. Compare homeostat.queue.job.cpu.time by job name where it is reported, and move long synchronous work into a sandboxed processor.',
      },
    },
    {
      alert: 'JobsExhaustPool',
      expr: `${poolWaits} > 0 ${severalRun}`,
      for: '30s',
      keepFiringFor: '1m',
      labels: { severity: 'medium' },
      annotations: {
        summary: `{{ $value | printf "%.0f" }} requests have waited for a connection of {{ $labels.${POOL} }} for 30 s, while several jobs ran`,
        description: 'Jobs whose statements hold the connections make everything else wait for one.',
      },
    },
  ]
}
