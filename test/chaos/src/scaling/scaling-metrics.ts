import { neededConcurrency } from '@homeostat/bullmq/domain'
import type { FleetOptions, ScalingMetric } from './scaled-fleet.ts'

/** Our number, with the concurrency of a pod as `averageValue`. */
export function ourNumber({
  targetSeconds,
  concurrency,
}: Pick<FleetOptions, 'targetSeconds' | 'concurrency'>): ScalingMetric {
  return {
    perPod: concurrency,
    read: ({ flow }) => flow && neededConcurrency(flow, { targetSeconds }),
  }
}

/** No autoscaler. */
export function fixedFleet(pods: number): ScalingMetric {
  return { perPod: 1, read: () => pods }
}

/** KEDA's scaler for Redis lists: the length of the list `wait`, by default 5 per pod. */
export function listLength(perPod: number): ScalingMetric {
  return { perPod, read: ({ queue }) => queue.waiting }
}

export interface Foresight {
  /** How far it looks ahead, in seconds. */
  readonly ahead: number
  /** What it multiplies the least number by. */
  readonly slack: number
}

/**
 * Knows every job that will arrive and how long it will run. At each reading it exports the least number of slots that start all
 * jobs of the time ahead within the target, as a fluid: for every moment u ahead, the work that is there by u has to be started by
 * u + target, and new pods work from `startSeconds` on.
 */
export function oracle(
  { ahead, slack }: Foresight,
  { targetSeconds, concurrency, startSeconds }: FleetOptions,
): ScalingMetric {
  return {
    perPod: concurrency,
    read({ now, queue, jobs }) {
      let work = queue.waitingWork
      let least = Math.max(0, work - queue.active * startSeconds) / Math.max(1, targetSeconds - startSeconds)
      for (let next = queue.added; next < jobs.length; next++) {
        const job = jobs[next]!
        const u = job.at - now
        if (u > ahead) break
        work += job.run
        least = Math.max(
          least,
          (work - queue.active * Math.min(startSeconds, u)) / (targetSeconds + u - Math.min(startSeconds, u)),
        )
      }
      return least * slack
    },
  }
}

export const foresights: readonly Foresight[] = [60, 120, 240, 480].flatMap(ahead =>
  [0.8, 0.9, 1, 1.1, 1.25, 1.5].map(slack => ({ ahead, slack })),
)
