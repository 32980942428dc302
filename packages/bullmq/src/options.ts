import type { OptionSchema } from '@homeostat/signals/options'
import { either, flag, group, listOf, milliseconds, number, text, withCheck } from '@homeostat/signals/options'
import type { BullMQInstrumentationConfig } from './instrumentation-options.ts'
import { instrumentationEntries } from './instrumentation-options.ts'
import { DEFAULT_MAX_DEFERRED_MS } from './admission/admission-gate-options.ts'
import { DEFAULT_LIMIT_MS, SHORTEST_LIMIT_MS } from './stall-guard/stall-guard-options.ts'

/** Options of the BullMQ domain: those of its instrumentation and of its rules. */
export interface BullMQOptions extends BullMQInstrumentationConfig {
  /** The longest a job may wait before `QueueBacklog` fires, in seconds. @default 30 */
  maxWaitSeconds?: number
  /**
   * The queues, by name, whose limit of all workers together Homeostat may set. Each is a knob `queue.concurrency.<name>` that a response
   * can name. @default none
   */
  limitedQueues?: readonly string[]
  /**
   * Says which heavy jobs the knobs `queue.admission.loop` and `queue.admission.database` may hold back, and for how long.
   * @default every job may wait, and is deferred for 60 s at most
   */
  rescheduling?: Rescheduling
  /**
   * Whether a thread renews the locks of jobs while something blocks the event loop, so that no job runs twice for it; and for how
   * long at most. It renews in mode `act` only. @default false
   */
  stallGuard?: boolean | { readonly limitMs?: number }
}

/** Says which heavy jobs may be held back, and for how long. */
export interface Rescheduling {
  /** Names of jobs, or of queues, that are never made to wait: those with a deadline, or whose order counts. @default none */
  readonly exclude?: readonly string[]
  /** How long a job is deferred at most, all its deferrals together, in milliseconds. 0: none is deferred. @default 60000 */
  readonly maxDeferredMs?: number
}

export const DEFAULT_MAX_WAIT_SECONDS = 30

/** It becomes part of the name of a knob, which is bounded. */
const queueName: OptionSchema<string> = withCheck(text({ description: 'the name of a queue' }), name =>
  name.length <= 400 ? undefined : 'must have at most 400 characters',
)

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
    limitedQueues: listOf(queueName, {
      defaultWords: 'none',
      description:
        'the queues whose limit of all workers together (`setGlobalConcurrency`) a response may set, through the knob `queue.concurrency.<name>`',
    }),
    rescheduling: group<Rescheduling>(
      {
        exclude: listOf(text({ description: 'the name of a job, or of a queue' }), {
          defaultWords: 'none',
          description: 'jobs that are never made to wait: those with a deadline, or whose order counts',
        }),
        maxDeferredMs: milliseconds({
          least: 0,
          most: 3_600_000,
          default: DEFAULT_MAX_DEFERRED_MS,
          description: 'how long a job is deferred at most, all its deferrals together; `0` defers none',
        }),
      },
      { description: 'what `queue.admission.loop` and `queue.admission.database` may do with heavy jobs' },
    ),
    stallGuard: either(
      [
        flag({ description: 'whether there is one' }),
        group<{ readonly limitMs?: number }>(
          {
            limitMs: milliseconds({
              least: SHORTEST_LIMIT_MS,
              most: 3_600_000,
              default: DEFAULT_LIMIT_MS,
              description:
                'how long the event loop may be blocked before the guard takes it for a deadlock and lets locks expire',
            }),
          },
          { description: 'how long it renews' },
        ),
      ],
      {
        defaultWords: '`false`',
        description:
          'a thread that renews the locks of jobs while the event loop is blocked, so that none runs twice; it renews in mode `act` only',
      },
    ),
  },
  { description: "the package's own options and its `mode`; `false` leaves it out", defaultWords: 'on' },
)
