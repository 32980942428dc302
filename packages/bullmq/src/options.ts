import type { OptionSchema } from '@homeostat/signals/options'
import { group, number } from '@homeostat/signals/options'
import type { BullMQInstrumentationConfig } from './instrumentation-options.ts'
import { instrumentationEntries } from './instrumentation-options.ts'

/** Options of the BullMQ domain: those of its instrumentation and of its rules. */
export interface BullMQOptions extends BullMQInstrumentationConfig {
  /** The longest a job may wait before `QueueBacklog` fires, in seconds. @default 30 */
  maxWaitSeconds?: number
}

export const DEFAULT_MAX_WAIT_SECONDS = 30

/** The schema of `bullmq(options)` and of the key `bullmq` of `homeostat()`. */
export const bullmqOptions: OptionSchema<BullMQOptions> = group<BullMQOptions>(
  {
    ...instrumentationEntries,
    maxWaitSeconds: number({
      least: 0,
      most: 31_536_000,
      unit: 's',
      default: DEFAULT_MAX_WAIT_SECONDS,
      description: 'the longest that a job may wait before `QueueBacklog` fires',
    }),
  },
  { description: "the package's own options and its `mode`; `false` leaves it out", defaultWords: 'on' },
)
