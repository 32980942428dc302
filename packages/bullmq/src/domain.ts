import type { Domain } from '@homeostat/optimizer'
import type { BullMQInstrumentationConfig } from './instrumentation.ts'
import { BullMQInstrumentation } from './instrumentation.ts'
import { rules } from './rules.ts'

export interface BullMQOptions extends BullMQInstrumentationConfig {
  /** The longest a job may wait before `QueueBacklog` fires, in seconds. @default 30 */
  maxWaitSeconds?: number
}

/**
 * Everything this package brings, for `homeostat()`: what the queues hold, and an alert when jobs wait too long.
 * `homeostat()` makes one by itself, of the options it is given.
 *
 * @example
 * ```ts
 * const h = homeostat({ bullmq: { maxWaitSeconds: 60 } })
 * ```
 */
export function bullmq(options: BullMQOptions = {}): Domain<BullMQInstrumentation> {
  const { maxWaitSeconds = 30, ...config } = options
  return {
    name: 'bullmq',
    instrumentation: new BullMQInstrumentation(config),
    rules: rules({ maxWaitSeconds }),
    responses: [],
    actions: [],
    knobs: [],
    reclaimers: [],
  }
}
