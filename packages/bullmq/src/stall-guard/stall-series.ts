import { attributes, metrics } from '@homeostat/semconv'
import type { Registry } from '@homeostat/signals'
import type { StallReceipt } from '@homeostat/optimizer'

/** The metrics of the guard. A block is rare, so its series are bound when it has happened. */
export class StallSeries {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Renewals of locks that might have lasted until the loop was back count too: they were sent. */
  renewed(queue: string, job: string, renewals: number): void {
    this.#registry.counter(metrics.queueLockRenewals).with(labels(queue, job)).add(renewals)
  }

  rescued({ blockedMs, rescued }: StallReceipt): void {
    for (const { queue, job, outcome, jobs } of rescued) {
      const name = labels(queue, job)
      this.#registry
        .counter(metrics.queueGuardedJobs)
        .with({ ...name, [attributes.lockOutcome]: outcome })
        .add(jobs)
      this.#registry
        .histogram(metrics.queueBlockedDuration)
        .with(name)
        .record(blockedMs / 1000, jobs)
    }
  }
}

function labels(queue: string, job: string): Record<string, string> {
  return { [attributes.queueName]: queue, [attributes.jobName]: job }
}
