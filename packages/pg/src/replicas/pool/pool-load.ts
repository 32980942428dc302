import type { RoutablePool } from './driver-shapes.ts'

/**
 * How many calls a pool has for each of its connections, those that wait included: from 1 on, the next one waits. 0 for a
 * pool that has no such counts.
 */
export function loadOf({ waitingCount, totalCount, idleCount, options: { max } }: RoutablePool): number {
  const load = (waitingCount + totalCount - idleCount) / (max as number)
  return load >= 0 ? load : 0
}
