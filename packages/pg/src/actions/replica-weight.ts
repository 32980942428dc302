import type { Knob } from '@homeostat/optimizer'
import { knownReplicaPools } from '../replicas/replica-pools-of-process.ts'

/** Raised by a quarter of all requests at a time. */
const STEP = 0.25

/**
 * `replica.weight`: the share of requests whose reads may use replicas, from 0 to 1, in every routed pool of this process. What a pool
 * starts with is its option `weight`; each step of a response is a trial in which half of the requests keep the earlier share.
 *
 * @example
 * ```ts
 * const response: Response = { to: { alert: 'SlowQueries' }, action: 'replica.weight', options: { by: 0.25 }, priority: 'slo' }
 * ```
 */
export function createReplicaWeight(): Knob {
  return {
    name: 'replica.weight',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0, max: 1, step: STEP },
    touches: ['replica'],
    raises: [],
    lowers: ['database', 'latency'],
    risk: 1,
    unready: options => unready(options?.by ?? STEP),
    read: weightOfAll,
    compareAndSet(expected, next) {
      if (weightOfAll() !== expected) return false
      for (const routing of knownReplicaPools()) routing.weight = next
      return true
    },
    divide(arms, control) {
      for (const routing of knownReplicaPools()) routing.divide(arms, control)
    },
  }
}

/** Where pools differ, the highest: raising it never takes a share away. */
function weightOfAll(): number {
  return Math.max(0, ...[...knownReplicaPools()].map(({ weight }) => weight))
}

function unready(by: number): string | undefined {
  const pools = [...knownReplicaPools()]
  if (pools.length === 0) return 'this process has no pool of createReplicaPool()'
  if (by > 0 && pools.every(({ weight }) => weight >= 1)) return 'every request may use replicas already'
  if (by > 0 && !pools.some(({ replicas }) => replicas.some(({ isInUse }) => isInUse)))
    return 'no replica is in use: each is away, too old, or of another history'
  return undefined
}
