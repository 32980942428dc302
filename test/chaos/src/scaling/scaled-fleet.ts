import type { Flow } from '@homeostat/bullmq/domain'
import { drainSeconds, QueueFlow } from '@homeostat/bullmq/domain'
import { quantile } from '../quantile.ts'
import type { PlannedJob } from './arrival-kinds.ts'
import { Autoscaler } from './autoscaler.ts'
import { SimulatedQueue } from './simulated-queue.ts'

/** What a metric for an autoscaler can see. Only the oracle looks at the jobs. */
export interface Sight {
  readonly now: number
  readonly queue: SimulatedQueue
  readonly jobs: readonly PlannedJob[]
  /** As one worker of the fleet knows it. */
  readonly flow: Flow | undefined
}

export interface ScalingMetric {
  /** `averageValue` of the HPA. */
  readonly perPod: number
  read(sight: Sight): number | undefined
}

export interface FleetOptions {
  readonly seconds: number
  /** Jobs at once per pod. */
  readonly concurrency: number
  /** From the decision to the first job of a new pod. */
  readonly startSeconds: number
  readonly targetSeconds: number
  /** With how many pods it starts. @default 4 */
  readonly pods?: number
}

export interface FleetOutcome {
  readonly workerMinutes: number
  /** The share of seconds in which the oldest job had waited for longer than the target. */
  readonly late: number
  readonly ageP99: number
  readonly changes: number
  /** Each estimate of the drain, and what it should have been, in seconds. */
  readonly drains: readonly { readonly estimate: number; readonly real: number }[]
}

const POLL_SECONDS = 5
const SCRAPE_SECONDS = 15
const SYNC_SECONDS = 15
/** The fleet that an estimate starts with, and the time until it counts. */
const WARM_UP_SECONDS = 600
/** A backlog that is gone at the next reading has no drain to speak of. */
const SHORTEST_DRAIN_SECONDS = 10

/** Lets an autoscaler follow a metric while jobs arrive. In virtual time; poll, scrape and sync are those of production. */
export function runFleet(jobs: readonly PlannedJob[], metric: ScalingMetric, options: FleetOptions): FleetOutcome {
  const { concurrency, startSeconds, targetSeconds } = options
  const queue = new SimulatedQueue(jobs)
  const flow = new QueueFlow()
  const autoscaler = new Autoscaler({ perPod: metric.perPod })
  const starting: number[] = []
  const ages: number[] = []
  const estimates: { estimate: number; at: number; last: number }[] = []
  let [ready, pods, podSeconds, changes] = [options.pods ?? 4, options.pods ?? 4, 0, 0]
  let [exported, scraped]: (number | undefined)[] = []
  queue.setSlots(ready * concurrency)
  for (let now = 0; now < options.seconds; now++) {
    queue.advance(now)
    while (starting[0] !== undefined && starting[0] <= now) {
      starting.shift()
      ready++
    }
    queue.setSlots(ready * concurrency)
    if (now % POLL_SECONDS === 0) {
      const { added, waiting, active } = queue
      const ended = queue.takeEnded()
      const share = 1 / Math.max(1, ready)
      const runs = { jobs: ended.jobs * share, seconds: ended.seconds * share }
      const sizes = {
        added,
        ready: waiting,
        active,
        unfinished: waiting + active,
        newestMade: 0,
        newestUnmade: 0,
        isPaused: false,
      }
      flow.observe({ atMs: now * 1000, ...sizes, runs })
      exported = metric.read({ now, queue, jobs, flow: flow.flow })
      const estimate = flow.flow && drainSeconds(flow.flow)
      if (now >= WARM_UP_SECONDS && waiting > 0 && estimate !== undefined)
        estimates.push({ estimate, at: now, last: added })
    }
    if (now % SCRAPE_SECONDS === 7) scraped = exported
    if (now % SYNC_SECONDS === 0 && now > 0) {
      const desired = autoscaler.desired(now, pods, scraped)
      if (desired !== pods) {
        changes++
      }
      for (; pods < desired; pods++) starting.push(now + startSeconds)
      while (pods > desired) {
        pods--
        if (starting.pop() === undefined) ready--
      }
      queue.setSlots(ready * concurrency)
    }
    if (now < WARM_UP_SECONDS) continue
    // A pod that is stopped ends its jobs first.
    podSeconds += Math.max(pods, Math.ceil(queue.active / concurrency) + starting.length)
    ages.push(queue.oldestAge)
  }
  const drains = estimates.flatMap(({ estimate, at, last }) => {
    const end = queue.startedAt[last - 1]
    return end === undefined || end - at < SHORTEST_DRAIN_SECONDS ? [] : [{ estimate, real: end - at }]
  })
  return {
    workerMinutes: podSeconds / 60,
    late: ages.filter(age => age > targetSeconds).length / ages.length,
    ageP99: quantile(ages, 0.99),
    changes,
    drains,
  }
}
