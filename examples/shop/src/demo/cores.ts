import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lane } from '../settings.ts'

/**
 * The cores that a shop with its Postgres and its Redis needs while most is asked of it, and who sends the visits. Measured as the CPU time
 * of all of their processes; see the README of the shop.
 */
const LANE_CORES = 0.7
const SENDER_CORES = 0.2
const SAMPLE_MS = 1000
/** A smaller share of idle time is a machine without room: interrupts and the clock take that much. */
const SHORT_OF = 0.1

/** How many cores these shops need side by side. */
export function coresFor(lanes: number): number {
  return lanes * LANE_CORES + SENDER_CORES
}

/**
 * Lanes that run at the same time: all of them where they have room, else each alone, so that all meet the same machine. Homeostat's
 * comes first then, because it says when the load is over.
 */
export function groupsOf(lanes: readonly Lane[], cores: number): readonly (readonly Lane[])[] {
  return lanes.length === 1 || coresFor(lanes.length) <= cores ? [lanes] : lanes.toReversed().map(lane => [lane])
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

/** How the shops share the machine, in one line. */
export function sharingText(lanes: readonly Lane[], cores: number, idle: number): string {
  const [largest] = groupsOf(lanes, cores).toSorted((one, other) => other.length - one.length)
  const needed = coresFor(largest!.length)
  const how =
    lanes.length === 1
      ? 'It needs'
      : largest!.length > 1
        ? `${lanes.length === 2 ? 'Both' : 'All'} run side by side, and need`
        : `They run one after the other, because side by side they would need ${coresFor(lanes.length).toFixed(1)} cores. Each needs`
  const free = idle * cores
  const short = free < needed ? ' That is too few: waits and errors will not be those of the shops alone.' : ''
  return `${how} up to ${needed.toFixed(1)} cores; ${free.toFixed(1)} of ${cores} are idle now.${short}`
}

/** Whether the machine had no core left while the load ran. */
export function wasShort(idle: number): boolean {
  return idle < SHORT_OF
}
