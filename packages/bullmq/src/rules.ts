import type { Rule } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { oldestWaitingAge } from './expressions.ts'

const QUEUE = promName(attributes.queueName)

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
  ]
}
