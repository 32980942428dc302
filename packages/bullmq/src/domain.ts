import type { Domain } from '@homeostat/optimizer'
import { createWorkerConcurrency } from './actions/worker-concurrency.ts'
import type { BullMQInstrumentationConfig } from './instrumentation.ts'
import { BullMQInstrumentation } from './instrumentation.ts'
import { rules } from './rules.ts'

export { createWorkerConcurrency, type WorkerConcurrencyOptions } from './actions/worker-concurrency.ts'

export interface BullMQOptions extends BullMQInstrumentationConfig {
  /** The longest a job may wait before `QueueBacklog` fires, in seconds. @default 30 */
  maxWaitSeconds?: number
}

/**
 * Everything this package brings, for `homeostat()`: what the queues hold, an alert when jobs wait too long, and
 * the knob `worker.concurrency`, which lets this process take on fewer jobs at once.
 * `homeostat()` makes one by itself, of the options it is given.
 *
 * @example
 * ```ts
 * const h = homeostat({ bullmq: { maxWaitSeconds: 60 } })
 * ```
 */
export function bullmq(options: BullMQOptions = {}): Domain<BullMQInstrumentation> {
  const { maxWaitSeconds = 30, ...config } = options
  const instrumentation = new BullMQInstrumentation(config)
  const { workers, registry } = instrumentation
  return {
    name: 'bullmq',
    instrumentation,
    rules: rules({ maxWaitSeconds }),
    responses: [],
    actions: [],
    knobs: [createWorkerConcurrency({ workers, onFault: error => registry.faults.report('action', error) })],
    reclaimers: [],
  }
}
