import type { Firing } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { fieldOf } from '@homeostat/signals/options'
import type { WorkerObject } from '../signals/queue-object.ts'
import type { Queues } from '../signals/queue-directory.ts'
import type { QueueSource } from '../signals/queue-source.ts'

const QUEUE = promName(attributes.queueName)
/** A queue that starts so much of what its rate limit permits is held by it. */
const LIMITED_SHARE = 0.8

/** The queue that an alert is about; `undefined` when it is not about one. */
export function queueOf({ labels }: Firing): string | undefined {
  return labels[QUEUE]
}

/** Why more jobs at once would not start any sooner in the queues of a name, in one line; `undefined` when they might. */
export function barOf(queues: Queues, name: string): string | undefined {
  const sources = queues.named(name)
  if (sources.length === 0) return `this process observes no queue ${name}`
  const bars = sources.map(barOfSource)
  return bars.every(bar => bar !== undefined) ? bars[0] : undefined
}

/** Jobs that wait for a worker in the queues of a name; `undefined` when one of them is not known. */
export function waitingIn(queues: Queues, name: string): number | undefined {
  let waiting = 0
  for (const { flow } of queues.named(name)) {
    if (flow === undefined) return undefined
    waiting += flow.isPaused ? 0 : flow.ready
  }
  return waiting
}

function barOfSource(source: QueueSource): string | undefined {
  const { name, reading } = source
  const counts = reading?.counts
  if (counts === undefined) return `the sizes of the queue ${name} are not known now`
  if (counts.isPaused) return `the queue ${name} is paused, so no job starts until it is resumed`
  if (isRateLimited(source))
    return `the queue ${name} starts as many jobs as its rate limit permits, so more at once would not start sooner`
  const active = reading?.jobs.active ?? 0
  if (counts.globalLimit !== undefined && active >= counts.globalLimit)
    return `all workers of the queue ${name} together may run ${counts.globalLimit} jobs at once (setGlobalConcurrency), and they do`
  return undefined
}

function isRateLimited({ objects, reading, flow }: QueueSource): boolean {
  const counts = reading?.counts
  if (counts === undefined) return false
  const limits = [counts.rateLimit, ...objects.map(object => (object as WorkerObject).opts?.limiter)]
  for (const limit of limits) {
    const [max, duration] = [fieldOf(limit, 'max'), fieldOf(limit, 'duration')]
    if (typeof max !== 'number' || typeof duration !== 'number' || !(max > 0 && duration > 0)) continue
    if (counts.startedInPeriod >= max) return true
    if (flow !== undefined && flow.finishRate >= (LIMITED_SHARE * max * 1000) / duration) return true
  }
  // `rateLimit()` of a worker, by hand: it counts up to the largest whole number.
  return counts.startedInPeriod >= Number.MAX_SAFE_INTEGER
}
