import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lane } from '../settings.ts'

/**
 * How many cores a shop takes at most, with its Postgres, its Redis and who sends its visits: the CPU time of all these processes in the
 * busiest seconds.
 */
const LANE_CORES = 0.6
const SAMPLE_MS = 1000
/** A smaller share of idle time is a machine without room: interrupts and the clock take that much. */
const SHORT_OF = 0.1

/**
 * Lanes that run at the same time: all of them where there is a core for each, else each alone. On average a shop takes less, but the same
 * trouble comes to all shops at the same moment, and then each event loop wants a whole core. Homeostat's comes first where each runs alone,
 * because it says when the load is over.
 */
export function groupsOf(lanes: readonly Lane[], cores: number): readonly (readonly Lane[])[] {
  return lanes.length <= cores ? [lanes] : lanes.toReversed().map(lane => [lane])
}

/** What the cores of the machine have done until now. */
export interface CoreTimes {
  readonly idleMs: number
  readonly totalMs: number
}

export function coreTimes(): CoreTimes {
  let idleMs = 0
  let totalMs = 0
  for (const { times } of cpus()) {
    idleMs += times.idle
    totalMs += Object.values(times).reduce((sum, ms) => sum + ms, 0)
  }
  return { idleMs, totalMs }
}

/** The share of the cores that was idle between two readings; 1 where the machine does not count it. */
export function idleShare(from: CoreTimes, to: CoreTimes): number {
  const totalMs = to.totalMs - from.totalMs
  return totalMs > 0 ? (to.idleMs - from.idleMs) / totalMs : 1
}

/** Measures for a second. */
export async function idleShareNow(signal: AbortSignal): Promise<number> {
  const from = coreTimes()
  await sleep(SAMPLE_MS, undefined, { signal }).catch(() => undefined)
  return idleShare(from, coreTimes())
}

/**
 * How the shops share the machine, for people.
 *
 * @param idle - the share of the cores that nobody else uses
 */
export function sharingText(lanes: readonly Lane[], cores: number, idle: number): string {
  const atOnce = groupsOf(lanes, cores)[0]!.length
  const needed = atOnce * LANE_CORES
  const free = idle * cores
  return [
    howText(lanes.length, atOnce),
    `take${atOnce > 1 ? '' : 's'} up to ${needed.toFixed(1)} cores, servers and visitors included; ${free.toFixed(1)} of ${cores} are idle now.`,
    ...(free < needed ? ['That is too few. Shops will wait for a core, which adds to their waits and errors.'] : []),
  ].join(' ')
}

function howText(lanes: number, atOnce: number): string {
  if (lanes === 1) return 'It'
  if (atOnce > 1) return 'They run side by side, and together'
  return 'They run one after the other, because there is no core for each of them. Each'
}

/** Whether the machine had no core left while the load ran. */
export function wasShort(idle: number): boolean {
  return idle < SHORT_OF
}
