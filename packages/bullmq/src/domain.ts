import type { DomainDefinition, DomainWith } from '@homeostat/optimizer'
import type { LibraryMarks } from '@homeostat/signals'
import { unseenInBundle } from '@homeostat/signals'
import { checkedOptions, warnAtStart } from '@homeostat/signals/options'
import { JobDemands } from './admission/job-demands.ts'
import { AdmissionGate } from './admission/admission-gate.ts'
import { DEFAULT_MAX_DEFERRED_MS } from './admission/admission-gate-options.ts'
import { createAdmissionKnobs } from './admission/admission-knobs.ts'
import { createQueueLimit } from './actions/queue-limit.ts'
import { createRaiseConcurrency } from './actions/raise-concurrency.ts'
import { createScaleOut } from './actions/scale-out.ts'
import { workerConcurrency } from './actions/worker-concurrency.ts'
import { WorkerShares } from './actions/worker-shares.ts'
import { createDeferHeavyJobs } from './deferral/defer-heavy-jobs.ts'
import { restoreOverdueJobs } from './deferral/overdue-jobs.ts'
import { BullMQInstrumentation } from './instrumentation.ts'
import type { BullMQOptions } from './options.ts'
import { bullmqOptions, DEFAULT_MAX_WAIT_SECONDS } from './options.ts'
import { responses } from './responses.ts'
import { rules } from './rules.ts'
import { StallGuard } from './stall-guard/stall-guard.ts'

export { bullmqOptions, type BullMQOptions } from './options.ts'
export { createWorkerConcurrency, type WorkerConcurrencyOptions } from './actions/worker-concurrency.ts'
export {
  createDeferHeavyJobs,
  type DeferHeavyJobsOptions,
  type DeferralParts,
  type HeavyCosts,
} from './deferral/defer-heavy-jobs.ts'
export { restoreOverdueJobs, type OverdueJobsOptions } from './deferral/overdue-jobs.ts'
export type { Queues } from './signals/queue-directory.ts'
export { drainSeconds, utilization } from './scaling/drain-eta.ts'
export { neededConcurrency, type NeededConcurrencyOptions } from './scaling/needed-concurrency.ts'
export { QueueFlow, type Flow, type FlowSample } from './scaling/queue-flow.ts'
export type { RunTimes } from './scaling/run-times.ts'
export { receiptText } from './stall-guard/receipt.ts'
export type { LockOutcome, RescuedJobs, StallReceipt } from '@homeostat/optimizer'
export { StallGuard } from './stall-guard/stall-guard.ts'
export type { StallGuardOptions } from './stall-guard/stall-guard-options.ts'

/** The domain, and the stall guard where the options ask for one. */
export interface BullMQDomain extends DomainWith<
  BullMQInstrumentation,
  'rules' | 'responses' | 'actions' | 'knobs' | 'observes'
> {
  /** It only counts until somebody governs it. Undefined where the option `stallGuard` is off. */
  readonly stallGuard?: StallGuard
}

const MARKS: LibraryMarks = {
  library: 'bullmq',
  handOver: '{ queues: queue, workers: worker }',
  marks: [
    ['Queue name', 'cannot contain :'],
    ['Custom Id cannot', 'contain :'],
  ],
}

/**
 * Everything that this package provides, for `homeostat()`: what the queues hold, an alert when jobs wait too long and what to do
 * about it, the knobs `queue.admission.loop` and `queue.admission.database`, which keep heavy jobs from starving the rest, the knob
 * `worker.concurrency`, which lets this process take on fewer or more jobs at once, and the stall guard.
 * `homeostat()` creates it from its options.
 *
 * @example
 * ```ts
 * const h = homeostat({ bullmq: { maxWaitSeconds: 60 } })
 * ```
 */
export function bullmq(options: BullMQOptions = {}): BullMQDomain {
  const checked = checkedOptions(bullmqOptions, options, 'bullmq')
  const {
    maxWaitSeconds = DEFAULT_MAX_WAIT_SECONDS,
    limitedQueues = [],
    rescheduling: { exclude = [], maxDeferredMs = DEFAULT_MAX_DEFERRED_MS } = {},
    stallGuard = false,
    ...config
  } = checked
  const targetAgeSeconds = config.targetAgeSeconds ?? Math.max(1, maxWaitSeconds)
  if (config.targetAgeSeconds !== undefined && targetAgeSeconds > maxWaitSeconds)
    warnAtStart(
      `bullmq.targetAgeSeconds is ${targetAgeSeconds}, above maxWaitSeconds (${maxWaitSeconds}): QueueBacklog fires before an autoscaler has a reason to scale; set maxWaitSeconds not below it`,
    )
  const instrumentation = new BullMQInstrumentation({ ...config, targetAgeSeconds })
  const { workers, queues, registry, runs, costs } = instrumentation
  const onFault = (error: unknown): void => registry.faults.report('action', error)
  const shares = new WorkerShares({ workers, onFault })
  const demands = new JobDemands(costs)
  const gate = new AdmissionGate({ runs, demands, registry, exclude, maxDeferredMs })
  workers.follow({ seen: () => {}, ended: () => gate.letAllGo() })
  return {
    name: 'bullmq',
    instrumentation,
    unseen: () => (instrumentation.wasGivenObjects ? [] : unseenInBundle(MARKS)),
    observes: {
      queues: { expects: 'a Queue of BullMQ', observe: queue => instrumentation.observeQueue(queue) },
      workers: { expects: 'a Worker of BullMQ', observe: worker => instrumentation.observeWorker(worker) },
    },
    // In every mode: what another process has lowered has to come back although that one is gone.
    follow: loop => {
      const restore = restoreOverdueJobs({ queues, mostLoweredMs: maxDeferredMs, onFault })
      return loop.on(() => void restore())
    },
    rules: rules({ maxWaitSeconds }),
    responses,
    actions: [
      createRaiseConcurrency({ queues, shares, onFault }),
      createScaleOut({ queues, shares, targetSeconds: targetAgeSeconds }),
      createDeferHeavyJobs({ queues, costs, exclude, mostLoweredMs: maxDeferredMs }),
    ],
    knobs: [
      workerConcurrency(shares),
      ...createAdmissionKnobs({ gate, workers }),
      ...[...new Set(limitedQueues)].map(queue => createQueueLimit({ queues, queue })),
    ],
    ...(stallGuard !== false && {
      stallGuard: new StallGuard({ workers, registry, mode: () => 'advise', ...(stallGuard !== true && stallGuard) }),
    }),
  }
}

/** The option `bullmq` of `homeostat()`: what the queues hold, and `worker.concurrency`. */
export const definition: DomainDefinition<BullMQOptions> = { options: bullmqOptions, place: 30, create: bullmq }
