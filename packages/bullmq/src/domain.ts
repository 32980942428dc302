import type { DomainDefinition, DomainWith } from '@homeostat/optimizer'
import type { LibraryMarks } from '@homeostat/signals'
import { unseenInBundle } from '@homeostat/signals'
import { checkedOptions } from '@homeostat/signals/options'
import { createWorkerConcurrency } from './actions/worker-concurrency.ts'
import { BullMQInstrumentation } from './instrumentation.ts'
import type { BullMQOptions } from './options.ts'
import { bullmqOptions, DEFAULT_MAX_WAIT_SECONDS } from './options.ts'
import { rules } from './rules.ts'

export { bullmqOptions, type BullMQOptions } from './options.ts'
export { createWorkerConcurrency, type WorkerConcurrencyOptions } from './actions/worker-concurrency.ts'

const MARKS: LibraryMarks = {
  library: 'bullmq',
  handOver: '{ queues: queue, workers: worker }',
  marks: [
    ['Queue name', 'cannot contain :'],
    ['Custom Id cannot', 'contain :'],
  ],
}

/**
 * Everything that this package provides, for `homeostat()`: what the queues hold, an alert when jobs wait too long, and
 * the knob `worker.concurrency`, which lets this process take on fewer jobs at once.
 * `homeostat()` creates it from its options.
 *
 * @example
 * ```ts
 * const h = homeostat({ bullmq: { maxWaitSeconds: 60 } })
 * ```
 */
export function bullmq(options: BullMQOptions = {}): DomainWith<BullMQInstrumentation, 'rules' | 'knobs' | 'observes'> {
  const { maxWaitSeconds = DEFAULT_MAX_WAIT_SECONDS, ...config } = checkedOptions(bullmqOptions, options, 'bullmq')
  const instrumentation = new BullMQInstrumentation(config)
  const { workers, registry } = instrumentation
  return {
    name: 'bullmq',
    instrumentation,
    unseen: () => (instrumentation.wasGivenObjects ? [] : unseenInBundle(MARKS)),
    observes: {
      queues: { expects: 'a Queue of BullMQ', observe: queue => instrumentation.observeQueue(queue) },
      workers: { expects: 'a Worker of BullMQ', observe: worker => instrumentation.observeWorker(worker) },
    },
    rules: rules({ maxWaitSeconds }),
    knobs: [createWorkerConcurrency({ workers, onFault: error => registry.faults.report('action', error) })],
  }
}

/** The option `bullmq` of `homeostat()`: what the queues hold, and `worker.concurrency`. */
export const definition: DomainDefinition<BullMQOptions> = { options: bullmqOptions, place: 30, create: bullmq }
