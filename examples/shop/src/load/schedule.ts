import { createHash } from 'node:crypto'
import { createRandom } from '@homeostat/signals/random'
import type { Stream, Visit } from './visit.ts'

/** All visits of a run, in the order in which they are due. */
export interface Schedule {
  readonly visits: readonly Visit[]
  /** Two schedules with the same one are the same. */
  readonly digest: string
}

/**
 * Draws all visits before the first of them: when they are due does not depend on how fast a shop answers (an open loop), and each lane gets the
 * same ones. Times between the visits of a stream are exponential, as of visitors who know nothing of each other, or all the same.
 */
export function scheduleOf(streams: readonly Stream[], seed: number, untilMs: number): Schedule {
  const visits = streams
    .flatMap((stream, index) => visitsOf(stream, createRandom(seed * 1009 + index), untilMs))
    .toSorted((one, other) => one.dueMs - other.dueMs)
  const digest = createHash('sha256')
  for (const { dueMs, kind, first, second } of visits) digest.update(`${kind} ${dueMs} ${first} ${second}\n`)
  return { visits, digest: digest.digest('hex').slice(0, 8) }
}

function visitsOf({ kind, pace, perSecond, fromMs, toMs }: Stream, random: () => number, untilMs: number): Visit[] {
  const visits: Visit[] = []
  const endMs = Math.min(toMs, untilMs)
  let dueMs = fromMs
  for (;;) {
    dueMs += ((pace === 'clock' ? 1 : -Math.log(1 - random())) / perSecond) * 1000
    if (dueMs >= endMs) return visits
    visits.push({ dueMs, kind, first: random(), second: random() })
  }
}
