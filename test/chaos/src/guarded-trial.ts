import type { ResponseGuard } from '@homeostat/optimizer'
import { createGuardWatch, createQuietWindows } from '@homeostat/optimizer/parts'

/** The guarded number, and of a ratio its number of cases a second, at a second of a simulated service. */
export type GuardedMetric = (second: number, harmed: boolean) => readonly [value: number | undefined, cases?: number]

export interface GuardedTrial {
  readonly guard: ResponseGuard
  readonly metric: GuardedMetric
  /** Seconds without a trial before it is asked for. As in the loop, it begins when its guard knows enough. */
  readonly quietFor: number
  /** Second of the trial after which the number is harmed; never when left out. */
  readonly onset?: number
  readonly lasts: number
  readonly tick: number
  /** Seconds between two looks of the trial. @default the tick */
  readonly look?: number
}

export interface GuardedOutcome {
  /** Quiet seconds before it began. */
  readonly beganAfter: number
  /** Seconds from onset (of placebo: from the start) to the breach; undefined when there was none. */
  readonly breachedAfter: number | undefined
  /** Breached before there was harm. */
  readonly tooEarly: boolean
  readonly blindBelow: string
  readonly reason: string
}

/** A trial waits no longer for its guard, see docs/guards.md of the optimizer. */
const LONGEST_WAIT = 600

/** One trial in virtual time under one guard, as the loop runs it: quiet ticks first, then the watch. */
export function runGuardedTrial({
  guard,
  metric,
  quietFor,
  onset,
  lasts,
  tick,
  look = tick,
}: GuardedTrial): GuardedOutcome {
  const quiet = createQuietWindows(guard)
  const at = (second: number): number => 1_800_000_000_000 + second * 1000
  let began = 0
  while (began < quietFor || (quiet.stillToLearn !== undefined && began < LONGEST_WAIT)) {
    const [value, cases] = metric(++began, false)
    if (began % tick === 0) quiet.observe(at(began), value, cases)
  }
  const watch = createGuardWatch(guard, quiet, at(began), look * 1000)
  const { blindBelow } = watch
  for (let second = 1; second <= lasts; second++) {
    const [value, cases] = metric(began + second, onset !== undefined && second > onset)
    if (second % look !== 0) continue
    const status = watch.observe(at(began + second), value, cases)
    if (status.state !== 'breached') continue
    const breachedAfter = second - (onset ?? 0)
    return { beganAfter: began, breachedAfter, tooEarly: breachedAfter <= 0, blindBelow, reason: status.reason }
  }
  return { beganAfter: began, breachedAfter: undefined, tooEarly: false, blindBelow, reason: '' }
}
