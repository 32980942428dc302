import type { ResponseGuard } from '@homeostat/optimizer'
import { createGuardWatch, createQuietWindows } from '@homeostat/optimizer/parts'

/** The guarded number, and of a ratio its number of cases a second, at a second of a simulated service. */
export type GuardedMetric = (second: number, harmed: boolean) => readonly [value: number | undefined, cases?: number]

export interface GuardedTrial {
  readonly guard: ResponseGuard
  readonly metric: GuardedMetric
  /** Seconds without a trial before it. */
  readonly quietFor: number
  /** Second of the trial after which the number is harmed; never when left out. */
  readonly onset?: number
  readonly lasts: number
  readonly tick: number
}

export interface GuardedOutcome {
  /** Seconds from onset (of placebo: from the start) to the breach; undefined when there was none. */
  readonly breachedAfter: number | undefined
  /** Breached before there was harm. */
  readonly tooEarly: boolean
  readonly blindBelow: string
  readonly reason: string
}

/** One trial in virtual time under one guard, as the loop runs it: quiet ticks first, then the watch. */
export function runGuardedTrial({ guard, metric, quietFor, onset, lasts, tick }: GuardedTrial): GuardedOutcome {
  const quiet = createQuietWindows(guard)
  const at = (second: number): number => 1_800_000_000_000 + second * 1000
  for (let second = 1; second <= quietFor; second++) {
    const [value, cases] = metric(second, false)
    if (second % tick === 0) quiet.observe(at(second), value, cases)
  }
  const watch = createGuardWatch(guard, quiet, at(quietFor))
  const { blindBelow } = watch
  for (let second = 1; second <= lasts; second++) {
    const [value, cases] = metric(quietFor + second, onset !== undefined && second > onset)
    if (second % tick !== 0) continue
    const status = watch.observe(at(quietFor + second), value, cases)
    if (status.state !== 'breached') continue
    const breachedAfter = second - (onset ?? 0)
    return { breachedAfter, tooEarly: breachedAfter <= 0, blindBelow, reason: status.reason }
  }
  return { breachedAfter: undefined, tooEarly: false, blindBelow, reason: '' }
}
