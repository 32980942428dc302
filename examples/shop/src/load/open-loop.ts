import { setTimeout as sleep } from 'node:timers/promises'
import type { Visit } from './visit.ts'
import type { Visitors } from './visitors.ts'

const TURN_MS = 5

/**
 * Begins each visit when it is due, in every lane at once, whatever is still under way: a shop that is slow gets no fewer visitors. Ends with the
 * schedule, or earlier when `isOver` says so or the signal aborts.
 *
 * @returns how many visits were begun, the first ones of the schedule, and how late: a sender that is late shares its CPUs with too much
 */
export async function openLoop(
  visits: readonly Visit[],
  lanes: readonly Visitors[],
  signal: AbortSignal,
  isOver: (elapsedMs: number) => boolean = () => false,
): Promise<{ readonly begun: number; readonly lateMs: number }> {
  const startedAt = performance.now()
  let next = 0
  const late: number[] = []
  while (next < visits.length && !signal.aborted) {
    const now = performance.now() - startedAt
    if (isOver(now)) break
    for (; next < visits.length && visits[next]!.dueMs <= now; next++) {
      const visit = visits[next]!
      late.push(now - visit.dueMs)
      for (const lane of lanes) lane.begin(visit, startedAt + visit.dueMs)
    }
    await sleep(TURN_MS, undefined, { signal }).catch(() => undefined)
  }
  await Promise.all(lanes.map(lane => lane.settled()))
  // Nine of ten visits were begun sooner.
  return { begun: next, lateMs: late.toSorted((one, other) => one - other)[Math.floor(late.length * 0.9)] ?? 0 }
}
