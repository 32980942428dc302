import type { Diary, Span } from './diary.ts'
import type { Witnessed } from './engine.ts'
import type { FleetRecord } from './fleet-trial.ts'

/** A slice of 2 ms that took so long was interrupted by a stop: then its process did nothing, disruptive or not. */
const STOPPED_MS = 100

/** Effects beyond the first of their epoch. */
export function doubled(effects: readonly Witnessed[], epochMs: number): number {
  // The newest fence says whose epoch it was, whatever fence the effect came with.
  const ofEpoch = effects.length - new Set(effects.map(({ newest }) => newest)).size
  const ofLease = effects.length - new Set(effects.map(({ fence }) => fence)).size
  // Without the leases: each epoch lasts that long and has one effect, so that three lie in more than one.
  // 1 ms, for a key of Redis may end that much early on a clock that counts whole milliseconds.
  const crowded = effects.filter(({ at }, i) => i >= 2 && at - effects[i - 2]!.at < epochMs - 1).length
  return Math.max(ofEpoch, ofLease, crowded)
}

/** Effects that came after somebody else had a newer fence. */
export function stale(effects: readonly Witnessed[]): number {
  return effects.filter(({ fence, newest }) => newest > fence).length
}

/** Permits for the shared action that were asked for and given while nobody reached the server. */
export function sharedIn({ diaries, outage: [from, to] }: FleetRecord): number {
  return diaries.flatMap(({ permits }) => permits).filter(([asked, got]) => asked >= from && got < to).length
}

/** The fewest local actions that any process did in the outage. */
export function localIn({ diaries, outage: [from, to] }: FleetRecord): number {
  return Math.min(...diaries.map(({ local }) => local.filter(at => at >= from && at < to).length))
}

/** The most processes that were in a disruptive action at once. */
export function mostDisrupted(diaries: readonly Diary[]): number {
  const edges = diaries
    .flatMap(({ disrupted }) => disrupted.flatMap(activeSpans))
    .flatMap(([from, to]): (readonly [number, number])[] => [
      [from, 1],
      [to, -1],
    ])
    .toSorted(([a, startsA], [b, startsB]) => a - b || startsA - startsB)
  let [now, most] = [0, 0]
  for (const [, change] of edges) most = Math.max(most, (now += change))
  return most
}

/** When an action was really going on: a stop between its slices or within one is not part of it. */
function activeSpans(slices: readonly Span[]): Span[] {
  const spans: [number, number][] = []
  for (const [from, to] of slices) {
    if (to - from > STOPPED_MS) continue
    const last = spans.at(-1)
    if (last !== undefined && from - last[1] < STOPPED_MS) last[1] = to
    else spans.push([from, to])
  }
  return spans
}
