import type { Action, Advice, Firing, Receipt } from '@homeostat/optimizer'
import { counted, BoundedMap } from '@homeostat/signals'
import { neededConcurrency } from '../scaling/needed-concurrency.ts'
import type { Queues } from '../signals/queue-directory.ts'
import { barOf, queueOf } from './backlog.ts'
import { LoopLoad } from '../loop/loop-load.ts'
import { MOST_SHARE, type WorkerShares } from './worker-shares.ts'

/** Above this, more jobs at once in this process would only share the CPU. */
const BUSY_ABOVE = 0.6
/** As many pieces of advice as are followed up. */
const MOST_ADVICE = 200
/** The advice is followed when so much of the slots that it asks for were in use at once. */
const FOLLOWED_SHARE = 0.9

export interface ScaleOutOptions {
  readonly queues: Queues
  readonly shares: WorkerShares
  /** How long the oldest job may wait. */
  readonly targetSeconds: number
  /** @default measured in this process */
  readonly load?: { readonly utilization: number | undefined }
}

/** The present and the needed concurrency of a queue. */
interface Need {
  readonly queue: string
  readonly needed: number
  /** Jobs at once in one process like this one. */
  readonly perWorker: number
  /** Jobs that run now, in all processes. */
  readonly active: number
  readonly waiting: number
  readonly arrivalRate: number
  readonly runSeconds: number
}

/**
 * `queue.scaleOut`: advises how many workers a queue needs, where this process cannot run more jobs at once: its event loop is busy, or its
 * workers are raised as far as they may be. It changes nothing. The number is `homeostat.queue.concurrency.needed` over the concurrency
 * of this process.
 */
export function createScaleOut(options: ScaleOutOptions): Action {
  const { queues, shares, load = new LoopLoad() } = options
  const slotsOf = new BoundedMap<string, { readonly queue: string; readonly slots: number }>(MOST_ADVICE)
  const whyNot = (firing: Firing): string | undefined => {
    const queue = queueOf(firing)
    if (queue === undefined) return 'the alert has no label bullmq_queue_name, so it is about no queue'
    const bar = barOf(queues, queue)
    if (bar !== undefined) return bar
    const need = needOf(queue, options)
    if (need === undefined) return `how long the jobs of the queue ${queue} run is not known yet`
    if (need.perWorker === 0) return `this process has no worker of the queue ${queue} to compare with`
    if (workersFor(need) * need.perWorker <= need.active)
      return `the jobs that run now in the queue ${queue} are as many as it needs`
    const { utilization } = load
    if (shares.raisedOf(queue) >= MOST_SHARE) return undefined
    if (utilization === undefined) return 'how busy the event loop of this process is will be known in a few seconds'
    if (utilization > BUSY_ABOVE) return undefined
    return 'the event loop of this process has room: more jobs at once come before more workers'
  }
  return {
    name: 'queue.scaleOut',
    kind: 'advice',
    scope: 'process',
    touches: ['queue'],
    raises: [],
    lowers: ['latency'],
    risk: 0,
    unready: whyNot,
    async run({ firing }): Promise<Receipt> {
      const why = whyNot(firing)
      const need = needOf(queueOf(firing) ?? '', options)
      if (why !== undefined || need === undefined) return { summary: why ?? 'nothing to advise', effects: {} }
      const advice = adviceFor(need, load.utilization)
      slotsOf.set(advice.what, { queue: need.queue, slots: workersFor(need) * need.perWorker })
      return { summary: advice.what, effects: { workers: workersFor(need) }, advice: [advice] }
    },
    async followed(given) {
      return given.filter(({ what }) => {
        const advised = slotsOf.get(what)
        if (advised === undefined) return false
        const slots = queues.named(advised.queue).map(({ flow }) => flow?.slots ?? 0)
        return slots.some(count => count >= FOLLOWED_SHARE * advised.slots)
      })
    },
  }
}

function needOf(queue: string, { queues, targetSeconds }: ScaleOutOptions): Need | undefined {
  const sources = queues.named(queue)
  let need: Need | undefined
  for (const { flow, ownSlots, reading } of sources) {
    if (flow?.runSeconds === undefined) continue
    const needed = neededConcurrency(flow, { targetSeconds, globalLimit: reading?.counts?.globalLimit })
    // Of queues that share the name under several prefixes, the one that needs most.
    if (needed === undefined || needed <= (need?.needed ?? 0)) continue
    const { active, ready, arrivalRate, runSeconds } = flow
    need = { queue, needed, perWorker: ownSlots, active, waiting: ready, arrivalRate, runSeconds }
  }
  return need
}

function workersFor({ needed, perWorker }: Need): number {
  return Math.ceil(needed / perWorker)
}

function adviceFor(need: Need, utilization: number | undefined): Advice {
  const { queue, needed, perWorker, active, waiting, arrivalRate, runSeconds } = need
  const workers = workersFor(need)
  const busy =
    utilization === undefined ? '' : `; the event loop of this process is ${Math.round(utilization * 100)} % busy`
  return {
    what: `scale out to ${counted(workers, 'worker')} of the queue ${queue} (processes with a concurrency of ${perWorker}, like this one)`,
    why: `${counted(waiting, 'job waits', 'jobs wait')}, ${arrivalRate.toFixed(1)} arrive per second and each runs for ${runSeconds.toFixed(2)} s, so ${Math.ceil(needed)} have to run at once, which is ${workers} x ${perWorker}; ${active} run now${busy}`,
  }
}
